/** Before the open document trains on from what a run has learned: what becomes of each weight. */

import { Button, Group, Loader, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { ApiProblems, api } from "../../../api/client";
import { t } from "../../../i18n";
import type { Run, WarmWeight } from "../../../schema";
import { useDocument } from "../../../stores/documentStore";
import { useRun } from "../../../stores/runStore";
import { ProblemText } from "../../../ui/ProblemText";

const STATUSES: readonly WarmWeight["status"][] = ["kept", "reshaped", "reset", "new", "gone"];

interface WarmStartProps {
  readonly run: Run;
  readonly onDone: (isStarted: boolean) => void;
}

export function WarmStart({ run, onDone }: WarmStartProps) {
  const document = useDocument((state) => state.document);
  const isStarting = useRun((state) => state.isStarting);
  const { data, error } = useQuery({
    queryKey: ["warm-start", run.id],
    queryFn: () => api.warmStart(document, run.id),
    gcTime: 0,
    retry: false,
  });
  return (
    <Stack gap="sm" component="section" aria-label={t("runs.warmTitle")} className="run-asked">
      <Text fw={600}>{t("runs.warmTitle")}</Text>
      <Text size="sm" c="dimmed">
        {t("runs.warmText", { name: run.name })}
      </Text>
      {error instanceof ApiProblems && (
        <div role="alert">
          {error.problems.map((problem) => (
            <ProblemText key={problem.code + problem.message} problem={problem} />
          ))}
        </div>
      )}
      {data === undefined && error === null && <Loader size="xs" aria-label={t("app.starting")} />}
      {data !== undefined && <Weights weights={data.weights} />}
      <Group gap="xs">
        <Button
          size="xs"
          disabled={data === undefined}
          loading={isStarting}
          onClick={() =>
            void useRun
              .getState()
              .warmStart(run.id)
              .then((isStarted) => isStarted && onDone(true))
          }
        >
          {t("runs.warmNow")}
        </Button>
        <Button size="xs" variant="default" onClick={() => onDone(false)}>
          {t("runs.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}

function Weights({ weights }: { readonly weights: readonly WarmWeight[] }) {
  const summary = STATUSES.flatMap((status) => {
    const count = weights.filter((weight) => weight.status === status).length;
    return count === 0 ? [] : [`${t(`runs.weight.${status}`)} ${count}`];
  });
  const shape = (sizes: readonly number[] | null) => (sizes === null ? "–" : `(${sizes.join(", ")})`);
  return (
    <>
      <Text size="sm">{summary.join(" · ")}</Text>
      <div className="run-scroll">
        <Table aria-label={t("runs.warmTable")} className="runs-table tabular" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("runs.weightName")}</Table.Th>
              <Table.Th>{t("runs.weightStatus")}</Table.Th>
              <Table.Th>{t("runs.weightBefore")}</Table.Th>
              <Table.Th>{t("runs.weightShape")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {weights.map(({ path, status, shape: now, before }) => (
              <Table.Tr key={path} data-weight-status={status}>
                <Table.Th scope="row">{path}</Table.Th>
                <Table.Td>
                  <span className="weight-status" data-status={status}>
                    {t(`runs.weight.${status}`)}
                  </span>
                </Table.Td>
                <Table.Td>{shape(before)}</Table.Td>
                <Table.Td>{shape(now)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  );
}
