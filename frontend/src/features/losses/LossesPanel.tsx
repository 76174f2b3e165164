/** The run as it learns: progress, a curve for each output and the total, and the latest losses as a table. */

import {
  ActionIcon,
  Group,
  SegmentedControl,
  Slider,
  Text,
  Tooltip,
  useComputedColorScheme,
} from "@mantine/core";
import { ChartNoAxesCombined } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";

import { t } from "../../i18n";
import { useRun } from "../../stores/runStore";
import { isOver, type RunView, TOTAL } from "../../stores/runView";
import { outputColor, resolvedColor, totalColor } from "../../ui/colors";
import { EmptyState } from "../../ui/EmptyState";
import { Panel } from "../../ui/Panel";
import type { ChartData, Curve } from "./curves";
import { LatestLosses } from "./LatestLosses";
import { RunProgress } from "./RunProgress";
import "../../ui/patterns.css";
import "./losses.css";

// The chart's library is fetched with the first run: the first load is the editor.
const LossChart = lazy(() => import("./LossChart").then((module) => ({ default: module.LossChart })));

export function LossesPanel() {
  const view = useRun((state) => state.view);
  const connection = useRun((state) => state.connection);
  const scheme = useComputedColorScheme("light");
  const [smoothing, setSmoothing] = useState(0.6);
  const [isLog, setLog] = useState(false);
  const [unit, setUnit] = useState<"step" | "epoch">("step");
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const options = useMemo(() => ({ smoothing, isLog, unit }), [smoothing, isLog, unit]);
  // The scheme decides what the colours resolve to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const data = useMemo(() => (view === null ? null : chartData(view)), [view, scheme]);

  if (view === null || data === null) {
    return (
      <Panel title={t("losses.region")}>
        <EmptyState icon={ChartNoAxesCombined} title={t("losses.emptyTitle")}>
          {t("losses.emptyText")}
        </EmptyState>
      </Panel>
    );
  }
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  const hiddenKeys = new Set([...hidden].flatMap((name) => [name, `validation.${name}`]));
  return (
    <Panel title={t("losses.region")} isBare>
      <div
        className="losses-panel"
        data-run={view.runId}
        data-run-state={view.state}
        data-last-seq={view.lastSeq}
        data-points={view.steps.length}
      >
        <RunProgress view={view} isConnected={connection !== "reconnecting" || isOver(view.state)} />
        <div className="losses-body">
          <div className="losses-chart">
            <Group gap="md" px="sm" pt={6} wrap="nowrap" className="losses-controls">
              <Group gap={6} wrap="nowrap">
                <Text size="xs" c="dimmed" id="smoothing-label">
                  {t("losses.smoothing")}
                </Text>
                <Slider
                  w={72}
                  size="xs"
                  min={0}
                  max={0.98}
                  step={0.02}
                  label={(value) => value.toFixed(2)}
                  thumbLabel={t("losses.smoothing")}
                  value={smoothing}
                  onChange={setSmoothing}
                />
              </Group>
              <SegmentedControl
                size="xs"
                aria-label={t("losses.unit")}
                value={unit}
                onChange={(value) => setUnit(value as "step" | "epoch")}
                data={[
                  { value: "step", label: t("losses.steps") },
                  { value: "epoch", label: t("losses.epochs") },
                ]}
              />
              <Tooltip label={t("losses.log")}>
                <ActionIcon
                  size="md"
                  variant={isLog ? "light" : "subtle"}
                  color={isLog ? undefined : "gray"}
                  aria-pressed={isLog}
                  aria-label={t("losses.log")}
                  onClick={() => setLog(!isLog)}
                >
                  <span className="log-button">log</span>
                </ActionIcon>
              </Tooltip>
            </Group>
            <Suspense>
              <LossChart
                data={data}
                options={options}
                hidden={hiddenKeys}
                marks={view.marks
                  .filter(
                    ({ event }) => event.kind === "training_changed" || event.kind === "run_interrupted",
                  )
                  .map(({ x, event }) => ({
                    step: unit === "epoch" && view.stepsPerEpoch > 0 ? x / view.stepsPerEpoch : x,
                    label: t(
                      event.kind === "training_changed" ? "losses.markChanged" : "losses.markInterrupted",
                    ),
                  }))}
                scheme={scheme}
                xLabel={unit === "step" ? t("losses.step") : t("losses.epoch")}
                description={describe(view)}
              />
            </Suspense>
          </div>
          <LatestLosses view={view} hidden={hidden} onToggle={toggle} />
        </div>
      </div>
    </Panel>
  );
}

function chartData(view: RunView): ChartData {
  const x = view.steps.x.values;
  const curves: Curve[] = [];
  const names = view.outputs.length > 1 ? [...view.outputs, TOTAL] : view.outputs;
  names.forEach((name, index) => {
    const color = resolvedColor(name === TOTAL ? totalColor : outputColor(index));
    const label = name === TOTAL ? t("losses.total") : name;
    curves.push({ key: name, label, color, kind: "train", x, values: view.steps.values(name) });
    if (view.validation.length > 0) {
      curves.push({
        key: `validation.${name}`,
        label: t("losses.validationOf", { name: label }),
        color,
        kind: "validation",
        x: view.validation.x.values,
        values: view.validation.values(name),
      });
    }
  });
  return { x, stepsPerEpoch: view.stepsPerEpoch, curves };
}

function describe(view: RunView): string {
  const parts = Object.entries(view.losses).map(
    ([output, loss]) => `${output} ${loss?.toPrecision(4) ?? "NaN"}`,
  );
  return `${t("losses.chart")}: ${parts.join(", ") || "–"}`;
}
