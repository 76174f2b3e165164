/** All that an import has to say, where it is more than a notice holds; each problem leads to its node. */

import { Button, Group, Modal, Text } from "@mantine/core";
import { t } from "../i18n";
import type { Problem } from "../schema";
import { goTo } from "../stores/goTo";
import { useImports } from "../stores/importStore";
import { ProblemText } from "../ui/ProblemText";
import "../features/problems/problems.css";
import classes from "./ImportReport.module.css";

export function ImportReport() {
  const report = useImports((state) => state.report);
  const close = useImports((state) => state.close);
  const problems = report?.problems ?? [];
  return (
    <Modal
      opened={report !== null}
      onClose={close}
      size={620}
      title={report && t(report.isDone ? "import.done" : "import.refused", { name: report.file })}
      closeButtonProps={{ "aria-label": t("import.close") }}
    >
      <Text size="sm" mb="sm">
        {t(report?.isDone === false ? "import.why" : "import.remarks", { count: problems.length })}
      </Text>
      <ul className={classes.list}>
        {inOrder(problems).map((problem) => (
          <li
            key={`${problem.code} ${problem.model} ${problem.node} ${problem.field} ${problem.message}`}
            data-problem={problem.code}
          >
            {report?.isDone && problem.node ? (
              <button
                type="button"
                className="problem-button"
                onClick={() => {
                  close();
                  goTo(problem);
                }}
              >
                <span className="problem-place">{placeOf(problem)}</span>
                <ProblemText problem={problem} />
              </button>
            ) : (
              <div className={classes.remark}>
                <ProblemText problem={problem} />
              </div>
            )}
          </li>
        ))}
      </ul>
      <Group justify="flex-end" mt="md">
        <Button onClick={close}>{t(report?.isDone === false ? "import.close" : "import.goOn")}</Button>
      </Group>
    </Modal>
  );
}

function placeOf({ model, node }: Problem): string {
  return model ? `${model} / ${node}` : (node ?? "");
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
}
