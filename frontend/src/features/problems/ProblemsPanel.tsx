/** Everything that is wrong with the document; choosing a problem goes to its node, inside nested models too. */

import { Badge, Group } from "@mantine/core";
import { CircleCheck } from "lucide-react";

import { MAIN, type Model } from "../../document/types";
import { t } from "../../i18n";
import type { Problem } from "../../schema";
import { useCheck } from "../../stores/checkStore";
import { useDocument } from "../../stores/documentStore";
import { goTo } from "../../stores/goTo";
import { useRun } from "../../stores/runStore";
import { EmptyState } from "../../ui/EmptyState";
import { Panel } from "../../ui/Panel";
import { ProblemText } from "../../ui/ProblemText";
import "./problems.css";

export function ProblemsPanel() {
  const all = useCheck((state) => state.problems);
  const isEmpty = useDocument((state) => Object.values(state.document.models).every(isWithoutNodes));
  // An empty project has nothing wrong with it yet.
  const checked = isEmpty ? NONE : all;
  const refused = useRun((state) => state.refused);
  const problems = inOrder([
    ...checked,
    ...refused.filter((problem) => !checked.some((one) => isSame(one, problem))),
  ]);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  return (
    <Panel
      title={t("problems.region")}
      isBare
      aside={
        problems.length > 0 && (
          <Group gap={4}>
            {errors > 0 && (
              <Badge tt="none" size="xs" color="red" variant="light">
                {t("problems.errors", { count: errors })}
              </Badge>
            )}
            {warnings > 0 && (
              <Badge tt="none" size="xs" color="yellow" variant="light">
                {t("problems.warnings", { count: warnings })}
              </Badge>
            )}
          </Group>
        )
      }
    >
      {problems.length === 0 ? (
        <EmptyState icon={CircleCheck} title={t("problems.none")} />
      ) : (
        <ul className="problem-list">
          {problems.map((problem) => (
            <li key={keyOf(problem)} data-problem={problem.code}>
              <button type="button" className="problem-button" onClick={() => goTo(problem)}>
                {problem.node && (
                  <span className="problem-place">
                    {problem.model && problem.model !== MAIN ? `${problem.model} / ` : ""}
                    {problem.node}
                  </span>
                )}
                <ProblemText problem={problem} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const NONE: readonly Problem[] = [];

function isWithoutNodes(model: Model): boolean {
  return Object.keys(model.nodes).length === 0;
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
}

function keyOf(problem: Problem): string {
  return [problem.code, problem.model, problem.node, problem.port, problem.field, problem.message].join("\n");
}

function isSame(a: Problem, b: Problem): boolean {
  return keyOf(a) === keyOf(b);
}
