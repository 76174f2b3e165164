/** A problem in words: what is wrong, and the hint how to mend it. `code` in backticks is set as code. */

import { CircleAlert, TriangleAlert } from "lucide-react";
import type { Problem } from "../schema";
import classes from "./ProblemText.module.css";

interface ProblemTextProps {
  readonly problem: Problem;
  readonly hasIcon?: boolean;
}

export function ProblemText({ problem, hasIcon = true }: ProblemTextProps) {
  const Icon = problem.severity === "warning" ? TriangleAlert : CircleAlert;
  return (
    <div className={classes.root} data-severity={problem.severity}>
      {hasIcon && <Icon size={14} aria-hidden className={classes.icon} />}
      <div>
        <span className={classes.message}>{withCode(problem.message)}</span>
        {problem.hint && <span className={classes.hint}> {withCode(problem.hint)}</span>}
      </div>
    </div>
  );
}

/** Text with its `backticked` parts as code. */
export function withCode(text: string) {
  return text.split(/(`[^`]+`)/).map((part, index) =>
    part.startsWith("`") && part.endsWith("`") && part.length > 2 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move.
      <code key={index} className={classes.code}>
        {part.slice(1, -1)}
      </code>
    ) : (
      part
    ),
  );
}
