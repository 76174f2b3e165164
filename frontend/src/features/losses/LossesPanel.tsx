/** The run as it learns: progress, its curves, and the latest losses as a table. */

import { Button, Text, useComputedColorScheme } from "@mantine/core";
import { ChartNoAxesCombined, History } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";

import { t } from "../../i18n";
import { useDialogs } from "../../stores/dialogStore";
import { useDocument } from "../../stores/documentStore";
import { useRun } from "../../stores/runStore";
import { isOver, type RunView, TOTAL } from "../../stores/runView";
import { EmptyState } from "../../ui/EmptyState";
import { steadyNumber } from "../../ui/numbers";
import { Panel } from "../../ui/Panel";
import { ChartControls, nameOf } from "./ChartControls";
import { chartDataOf, hiddenKeys } from "./chartData";
import { ExportMenu } from "./ExportMenu";
import { LatestLosses } from "./LatestLosses";
import { bestOf, lossNames, type Quantity, quantitiesOf } from "./quantity";
import { RunProgress } from "./RunProgress";
import { runsCsv } from "./runCsv";
import { formatIn, tickIn, useChartSettings } from "./useChartSettings";
import "../../ui/patterns.css";
import "./losses.css";

// The chart's library is fetched with the first run: the first load is the editor.
const Chart = lazy(() => import("../../ui/chart/Chart").then((module) => ({ default: module.Chart })));

export function LossesPanel() {
  const view = useRun((state) => state.view);
  if (view === null) {
    return (
      <Panel title={t("losses.region")} actions={<RunsButton />}>
        <EmptyState icon={ChartNoAxesCombined} title={t("losses.emptyTitle")}>
          {t("losses.emptyText")}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel title={t("losses.region")} isBare actions={<RunsButton />}>
      <RunLosses view={view} />
    </Panel>
  );
}

function RunsButton() {
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      color="gray"
      leftSection={<History size={13} aria-hidden />}
      onClick={() => useDialogs.getState().open("runs")}
    >
      {t("losses.runs")}
    </Button>
  );
}

function RunLosses({ view }: { readonly view: RunView }) {
  const connection = useRun((state) => state.connection);
  const name = useDocument((state) => state.document.name);
  const scheme = useComputedColorScheme("light");
  const settings = useChartSettings();
  const { unit, options, range, setRange } = settings;
  const [wanted, setWanted] = useState<Quantity>("loss");
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const quantities = quantitiesOf([view]);
  // A run without the metric that was looked at shows its losses.
  const quantity = quantities.includes(wanted) ? wanted : "loss";
  // The scheme decides what the colours resolve to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const data = useMemo(() => chartDataOf(view, quantity, unit), [view, quantity, unit, scheme]);
  const unseen = useMemo(() => hiddenKeys(hidden), [hidden]);
  const toggle = (output: string) => {
    const next = new Set(hidden);
    if (!next.delete(output)) next.add(output);
    setHidden(next);
  };
  return (
    <div
      className="losses-panel"
      data-run={view.runId}
      data-run-state={view.state}
      data-last-seq={view.lastSeq}
      data-points={view.steps.length}
    >
      <RunProgress view={view} isConnected={connection !== "reconnecting" || isOver(view.state)} />
      <ChartControls
        settings={settings}
        choices={quantities.map((value) => ({ value, label: nameOf(value) }))}
        choice={quantity}
        onChoose={(value) => setWanted(value as Quantity)}
        canSmooth={quantity === "loss"}
      >
        <BestEpoch view={view} quantity={quantity} />
        <ExportMenu
          name={`${name} ${nameOf(quantity)}`}
          picture={() => ({
            data,
            options,
            hidden: unseen,
            range,
            title: `${name}: ${nameOf(quantity)}`,
            xLabel: t(`losses.${unit}`),
            formatTick: tickIn(unit) ?? ((x) => String(Number(x.toPrecision(6)))),
          })}
          csv={() => runsCsv([{ name, view }])}
        />
      </ChartControls>
      <div className="losses-body">
        <div className="losses-chart">
          <Suspense>
            <Chart
              data={data}
              options={options}
              hidden={unseen}
              range={range}
              onRange={setRange}
              scheme={scheme}
              formatX={formatIn(unit)}
              formatTick={tickIn(unit)}
              description={describe(view)}
            />
          </Suspense>
        </div>
        <LatestLosses view={view} hidden={hidden} onToggle={toggle} />
      </div>
    </div>
  );
}

/** In words what the star on the chart says: of the total, or of the first output that has the metric. */
function BestEpoch({ view, quantity }: { readonly view: RunView; readonly quantity: Quantity }) {
  const names = lossNames(view);
  const candidates = quantity === "loss" ? names.slice(-1) : names;
  const name = candidates.find((each) => bestOf(view, quantity, each) !== null);
  const best = name === undefined ? null : bestOf(view, quantity, name);
  if (name === undefined || best === null) return null;
  const text = t(best.isValidation ? "losses.bestValidation" : "losses.best", {
    epoch: best.epoch,
    name: name === TOTAL ? t("losses.total") : name,
    value: steadyNumber(best.value),
  });
  return (
    <Text size="xs" c="dimmed" className="losses-best tabular" title={text} data-best-epoch={best.epoch}>
      {text}
    </Text>
  );
}

function describe(view: RunView): string {
  const parts = Object.entries(view.losses).map(
    ([output, loss]) => `${output} ${loss?.toPrecision(4) ?? "NaN"}`,
  );
  return `${t("losses.chart")}: ${parts.join(", ") || "–"}`;
}
