/** One output against its target: confusion, curves, calibration, residuals, and the samples that it misses most. */

import { Button, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { t } from "../../i18n";
import type { Json } from "../../schema";
import type { OutputReport } from "../../schema/measured";
import { shortNumber } from "../../ui/numbers";
import { Plot } from "../../ui/plot/Plot";
import { Confusion } from "./Confusion";
import classes from "./learned.module.css";

const UNIT = [0, 1] as const;
const DIAGONAL = { x: [0, 1], y: [0, 1], color: "var(--ll-border-strong)", isDashed: true };
const LINE = "var(--ll-series-0)";

interface OutputReportViewProps {
  readonly output: string;
  readonly report: OutputReport;
  /** Absent where the rows are not those of the run's own data set. */
  readonly onTry?: (row: number) => void;
}

export function OutputReportView({ output, report, onTry }: OutputReportViewProps) {
  const {
    confusion,
    roc,
    precision_recall: pr,
    calibration,
    residuals,
    predicted_against_target: pairs,
  } = report;
  return (
    <div className={classes.report} data-report={output}>
      {confusion && (
        <Figure title={t("learned.confusion")} isWide={confusion.length > 4}>
          <Confusion counts={confusion} labels={report.labels ?? []} />
        </Figure>
      )}
      {roc && (
        <Figure title={t("learned.roc")} aside={t("learned.auc", { value: shortNumber(roc.auc) })}>
          <Plot
            label={t("learned.rocLabel", { value: shortNumber(roc.auc) })}
            lines={[
              DIAGONAL,
              // The mean over classes may begin above the corner that every curve begins at.
              { x: [0, ...roc.false_positive_rate], y: [0, ...roc.true_positive_rate], color: LINE },
            ]}
            xRange={UNIT}
            yRange={UNIT}
            xLabel={t("learned.falsePositiveRate")}
            yLabel={t("learned.truePositiveRate")}
          />
        </Figure>
      )}
      {pr && (
        <Figure
          title={t("learned.precisionRecall")}
          aside={t("learned.averagePrecision", { value: shortNumber(pr.average_precision) })}
        >
          <Plot
            label={t("learned.precisionRecallLabel", { value: shortNumber(pr.average_precision) })}
            lines={[{ x: pr.recall, y: pr.precision, color: LINE }]}
            xRange={UNIT}
            yRange={UNIT}
            xLabel={t("learned.recall")}
            yLabel={t("learned.precision")}
          />
        </Figure>
      )}
      {calibration && (
        <Figure title={t("learned.calibration")}>
          <Plot
            label={t("learned.calibrationLabel")}
            lines={[
              DIAGONAL,
              { x: calibration.predicted, y: calibration.observed, color: LINE },
              { x: calibration.predicted, y: calibration.observed, color: LINE, isDots: true },
            ]}
            xRange={UNIT}
            yRange={UNIT}
            xLabel={t("learned.predictedShare")}
            yLabel={t("learned.observedShare")}
          />
        </Figure>
      )}
      {residuals && (
        <Figure
          title={t("learned.residuals")}
          aside={`${shortNumber(residuals.mean, 3)} ± ${shortNumber(residuals.deviation, 3)}`}
        >
          <Plot
            label={t("learned.residualsLabel", {
              mean: shortNumber(residuals.mean, 3),
              deviation: shortNumber(residuals.deviation, 3),
            })}
            bars={residuals}
            xLabel={t("learned.residual")}
            yLabel={t("learned.rows")}
          />
        </Figure>
      )}
      {pairs && pairs.length > 0 && (
        <Figure title={t("learned.againstTarget")}>
          <Against pairs={pairs} />
        </Figure>
      )}
      {report.worst.length > 0 && (
        <Figure title={t("learned.worst")} isWide>
          <div className={classes.scroll}>
            <Table verticalSpacing={3} className="tabular" aria-label={t("learned.worst")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("learned.row")}</Table.Th>
                  <Table.Th>{t("learned.target")}</Table.Th>
                  <Table.Th>{t("learned.predicted")}</Table.Th>
                  <Table.Th ta="right">{t("losses.loss")}</Table.Th>
                  {onTry && (
                    <Table.Th>
                      <span className="visually-hidden">{t("learned.try")}</span>
                    </Table.Th>
                  )}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {report.worst.map((sample) => (
                  <Table.Tr key={sample.row}>
                    <Table.Td>{sample.row + 1}</Table.Td>
                    <Table.Td>{shown(sample.target)}</Table.Td>
                    <Table.Td>{shown(sample.predicted)}</Table.Td>
                    <Table.Td ta="right">{shortNumber(sample.loss)}</Table.Td>
                    {onTry && (
                      <Table.Td ta="right">
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={t("learned.tryRow", { row: sample.row + 1 })}
                          onClick={() => onTry(sample.row)}
                        >
                          {t("learned.try")}
                        </Button>
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </Figure>
      )}
    </div>
  );
}

function Against({ pairs }: { readonly pairs: NonNullable<OutputReport["predicted_against_target"]> }) {
  const x = pairs.map(([, target = 0]) => target);
  const y = pairs.map(([predicted = 0]) => predicted);
  const all = [...x, ...y];
  const least = Math.min(...all);
  const most = Math.max(...all);
  return (
    <Plot
      label={t("learned.againstTargetLabel", { count: pairs.length })}
      lines={[
        { x: [least, most], y: [least, most], color: "var(--ll-border-strong)", isDashed: true },
        { x, y, color: LINE, isDots: true },
      ]}
      xLabel={t("learned.target")}
      yLabel={t("learned.predicted")}
    />
  );
}

interface FigureProps {
  readonly title: string;
  readonly aside?: string;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

function Figure({ title, aside, isWide = false, children }: FigureProps) {
  return (
    <figure className={classes.figure} data-wide={isWide || undefined}>
      <figcaption>
        <Text size="sm" fw={600} span>
          {title}
        </Text>
        {aside && (
          <Text size="xs" c="dimmed" span className="tabular">
            {aside}
          </Text>
        )}
      </figcaption>
      {children}
    </figure>
  );
}

function shown(value: Json): string {
  if (typeof value === "number") return shortNumber(value);
  if (typeof value === "string") return value;
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "number" ? Number(item.toPrecision(3)) : item,
  );
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
