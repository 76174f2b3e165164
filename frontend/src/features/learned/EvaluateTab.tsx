/** Losses and metrics of each output on chosen rows, and how each output meets its target. */

import { Loader, NativeSelect, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { learned } from "../../api/learned";
import type { Document } from "../../document/types";
import { t } from "../../i18n";
import type { Dataset } from "../../schema";
import type { RowChoice, Split } from "../../schema/measured";
import { shortNumber } from "../../ui/numbers";
import { byOutput } from "./evaluation";
import { Failure } from "./Failure";
import classes from "./learned.module.css";
import { OutputReportView } from "./OutputReportView";

const SPLITS: readonly Split[] = ["train", "validation", "test", "all"];

interface EvaluateTabProps {
  readonly run: string;
  readonly document: Document;
  readonly datasets: readonly Dataset[];
  /** Shows a row of the run's data set among the predictions. */
  readonly onTry: (row: number) => void;
}

export function EvaluateTab({ run, document, datasets, onTry }: EvaluateTabProps) {
  const own = document.training?.data?.dataset ?? "";
  const [dataset, setDataset] = useState(own);
  const [split, setSplit] = useState<Split | "">("");
  const rows: RowChoice = {
    ...(dataset !== own && { dataset }),
    ...(split !== "" && { split }),
  };
  const ask = { staleTime: Number.POSITIVE_INFINITY, retry: false } as const;
  const evaluation = useQuery({
    queryKey: ["runs", run, "evaluate", rows],
    queryFn: ({ signal }) => learned.evaluate(run, rows, signal),
    ...ask,
  });
  const report = useQuery({
    queryKey: ["runs", run, "report", rows],
    queryFn: ({ signal }) => learned.report(run, rows, signal),
    ...ask,
  });
  const outputs = Object.keys(report.data?.outputs ?? {}).sort();
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = chosen !== null && outputs.includes(chosen) ? chosen : (outputs[0] ?? null);
  const shownReport = shown === null ? undefined : report.data?.outputs[shown];
  return (
    <Stack gap="md">
      <div className={classes.choices}>
        <NativeSelect
          size="xs"
          label={t("training.dataset")}
          name="evaluate.dataset"
          value={dataset}
          onChange={(event) => setDataset(event.currentTarget.value)}
          data={[
            ...(datasets.some(({ id }) => id === own) ? [] : [{ value: own, label: own }]),
            ...datasets.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <NativeSelect
          size="xs"
          label={t("learned.rows")}
          name="evaluate.split"
          value={split}
          onChange={(event) => setSplit(event.currentTarget.value as Split | "")}
          data={[
            { value: "", label: t("learned.split.default") },
            ...SPLITS.map((one) => ({ value: one, label: t(`learned.split.${one}`) })),
          ]}
        />
        {report.data && (
          <Text size="xs" c="dimmed" className={classes.count}>
            {t("learned.rowCount", { count: report.data.rows })}
          </Text>
        )}
      </div>
      {(evaluation.isFetching || report.isFetching) && <Loader size="sm" aria-label={t("learned.working")} />}
      <Failure error={evaluation.error ?? report.error} />
      {evaluation.data && outputs.length > 0 && (
        <EvaluationTable
          rows={byOutput(evaluation.data, outputs)}
          total={outputs.length > 1 ? evaluation.data.loss : undefined}
        />
      )}
      {outputs.length > 1 && shown !== null && (
        <SegmentedControl
          size="xs"
          aria-label={t("learned.output")}
          value={shown}
          onChange={setChosen}
          data={outputs}
          w="fit-content"
        />
      )}
      {shown !== null && shownReport !== undefined && (
        <OutputReportView output={shown} report={shownReport} onTry={dataset === own ? onTry : undefined} />
      )}
    </Stack>
  );
}

interface EvaluationTableProps {
  readonly rows: ReturnType<typeof byOutput>;
  readonly total: number | null | undefined;
}

function EvaluationTable({ rows, total }: EvaluationTableProps) {
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
  return (
    <div className={classes.scroll}>
      <Table aria-label={t("learned.evaluation")} verticalSpacing={4} className="tabular" w="auto" miw={360}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("losses.output")}</Table.Th>
            <Table.Th ta="right">{t("losses.loss")}</Table.Th>
            {metrics.map((metric) => (
              <Table.Th key={metric} ta="right">
                {metric}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.output} data-output={row.output}>
              <Table.Th scope="row">{row.output}</Table.Th>
              <Table.Td ta="right">{shortNumber(row.loss)}</Table.Td>
              {metrics.map((metric) => (
                <Table.Td key={metric} ta="right">
                  {metric in row.metrics ? shortNumber(row.metrics[metric]) : "–"}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          {total !== undefined && (
            <Table.Tr>
              <Table.Th scope="row">{t("losses.total")}</Table.Th>
              <Table.Td ta="right">{shortNumber(total)}</Table.Td>
              <Table.Td colSpan={metrics.length} />
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
    </div>
  );
}
