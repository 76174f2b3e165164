/** What is wrong with a node, with the way to mend it. */

import { Stack } from "@mantine/core";

import type { Problem } from "../../schema";
import { ProblemText } from "../../ui/ProblemText";

export function NodeProblems({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <Stack gap={6}>
      {problems.map((problem) => (
        <ProblemText
          key={`${problem.code} ${problem.port ?? ""} ${problem.field ?? ""} ${problem.message}`}
          problem={problem}
        />
      ))}
    </Stack>
  );
}
