/** The table "Latest losses": a row for each output and the total; its switch hides a curve; its weight can be turned;
 * its share says how much of the total comes from it. */

import { NumberInput, Table, UnstyledButton } from "@mantine/core";
import { useEffect, useState } from "react";

import { t } from "../../i18n";
import { shareOfLoss } from "../../stores/lossShare";
import { useRun } from "../../stores/runStore";
import { isOver, metricsOf, type RunView, TOTAL } from "../../stores/runView";
import { outputColor, totalColor } from "../../ui/colors";
import { steadyNumber } from "../../ui/numbers";

interface LatestLossesProps {
  readonly view: RunView;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (output: string) => void;
}

export function LatestLosses({ view, hidden, onToggle }: LatestLossesProps) {
  const lastEpoch = view.epochTable.at(-1);
  const metrics = metricsOf(view);
  const hasShares = view.outputs.length > 1 || view.regularization !== null;
  const weightOf = (output: string) => view.lossWeights[output] ?? 1;
  const shares = shareOfLoss(view.losses, weightOf, view.regularization ?? 0);
  const hasValidation = lastEpoch?.validation !== null && lastEpoch?.validation !== undefined;
  const name = (output: string, color: string, label: string) => (
    <UnstyledButton
      className="loss-name"
      aria-pressed={!hidden.has(output)}
      aria-label={t("losses.toggle", { name: label })}
      onClick={() => onToggle(output)}
    >
      <span
        className="loss-swatch"
        style={{ background: hidden.has(output) ? "transparent" : color, borderColor: color }}
      />
      {label}
    </UnstyledButton>
  );
  return (
    <div className="latest-losses">
      <Table aria-label={t("losses.latest")} verticalSpacing={4} horizontalSpacing={6} className="tabular">
        <Table.Caption className="latest-caption">{t("losses.latest")}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("losses.output")}</Table.Th>
            <Table.Th ta="right">
              <span aria-hidden className="line-sample" /> {t("losses.loss")}
            </Table.Th>
            {hasValidation && (
              <Table.Th ta="right">
                <span aria-hidden className="line-sample" data-dashed /> {t("losses.validation")}
              </Table.Th>
            )}
            <Table.Th ta="right">{t("losses.weight")}</Table.Th>
            {hasShares && <Table.Th ta="right">{t("losses.share")}</Table.Th>}
            {metrics.map((metric) => (
              <Table.Th key={metric} ta="right">
                {metric}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {view.outputs.map((output, index) => (
            <Table.Tr key={output} data-output={output}>
              <Table.Th scope="row">{name(output, outputColor(index), output)}</Table.Th>
              <Table.Td ta="right" data-loss>
                {steadyNumber(view.losses[output])}
              </Table.Td>
              {hasValidation && (
                <Table.Td ta="right">{steadyNumber(lastEpoch?.validation?.losses[output])}</Table.Td>
              )}
              <Table.Td ta="right">
                <LossWeight output={output} view={view} />
              </Table.Td>
              {hasShares && (
                <Table.Td ta="right" data-share>
                  <Share share={shares?.get(output) ?? null} />
                </Table.Td>
              )}
              {metrics.map((metric) => (
                <Table.Td key={metric} ta="right">
                  {steadyNumber(
                    lastEpoch?.validation?.metrics[output]?.[metric] ?? lastEpoch?.metrics[output]?.[metric],
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          {view.regularization !== null && (
            <Table.Tr data-regularization>
              <Table.Th scope="row" className="loss-plain-name">
                {t("losses.regularization")}
              </Table.Th>
              <Table.Td ta="right">{steadyNumber(view.regularization)}</Table.Td>
              {hasValidation && <Table.Td />}
              <Table.Td />
              <Table.Td ta="right" data-share>
                <Share share={view.loss && shares ? view.regularization / view.loss : null} />
              </Table.Td>
              {metrics.map((metric) => (
                <Table.Td key={metric} />
              ))}
            </Table.Tr>
          )}
          {view.outputs.length > 1 && (
            <Table.Tr data-total>
              <Table.Th scope="row">{name(TOTAL, totalColor, t("losses.total"))}</Table.Th>
              <Table.Td ta="right" data-loss>
                {steadyNumber(view.loss)}
              </Table.Td>
              {hasValidation && <Table.Td ta="right">{steadyNumber(lastEpoch?.validation?.loss)}</Table.Td>}
              <Table.Td />
              <Table.Td />
              {metrics.map((metric) => (
                <Table.Td key={metric} />
              ))}
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** An output's loss weight; while the run goes it can be turned, and the change is marked on the chart. */
function LossWeight({ output, view }: { readonly output: string; readonly view: RunView }) {
  const changeTraining = useRun((state) => state.changeTraining);
  const stored = view.lossWeights[output] ?? 1;
  const [draft, setDraft] = useState<number | string>(stored);
  useEffect(() => setDraft(stored), [stored]);
  if (isOver(view.state)) return <>{stored}</>;
  const commit = () => {
    if (typeof draft === "number" && Number.isFinite(draft) && draft >= 0 && draft !== stored) {
      void changeTraining({ loss_weights: { [output]: draft } });
    } else setDraft(stored);
  };
  return (
    <NumberInput
      size="xs"
      variant="unstyled"
      hideControls
      min={0}
      decimalScale={6}
      aria-label={t("losses.weightOf", { name: output })}
      className="loss-weight"
      value={draft}
      onChange={setDraft}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setDraft(stored);
      }}
    />
  );
}

/** A bar under the number: who makes the total is seen before it is read. */
function Share({ share }: { readonly share: number | null }) {
  if (share === null) return <>–</>;
  const percent = Math.min(100, Math.max(0, share * 100));
  return (
    <span className="loss-share">
      {`${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`}
      <span aria-hidden className="loss-share-bar" style={{ width: `${percent}%` }} />
    </span>
  );
}
