/** Why a call failed, in the server's words. */

import { ApiProblems } from "../../api/client";
import { ProblemText } from "../../ui/ProblemText";
import classes from "./learned.module.css";

export function Failure({ error }: { readonly error: Error | null }) {
  if (error === null) return null;
  const problems =
    error instanceof ApiProblems
      ? error.problems
      : [{ code: "page.failed", severity: "error" as const, message: error.message }];
  return (
    <div role="alert" className={classes.failure}>
      {problems.map((problem) => (
        <ProblemText key={`${problem.code} ${problem.message}`} problem={problem} />
      ))}
    </div>
  );
}
