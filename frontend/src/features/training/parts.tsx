/** What the sections of the training panel share. */

import { Text } from "@mantine/core";

import type { Problem } from "../../schema";

export function SectionHeading({ text }: { readonly text: string }) {
  return (
    <Text component="h3" className="section-heading">
      {text}
    </Text>
  );
}

/** What is wrong with a field, or with something inside it. */
export function problemOf(problems: readonly Problem[], field: string): string | undefined {
  return problems.find((problem) => problem.field === field || problem.field?.startsWith(`${field}.`))
    ?.message;
}
