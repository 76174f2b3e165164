/** How a chart is looked at: over which axis, how smooth, which part. */

import { useCallback, useMemo, useState } from "react";

import { t } from "../../i18n";
import type { Range } from "../../ui/chart/types";
import { duration } from "../../ui/numbers";
import type { Unit } from "./quantity";

export type ChartSettings = ReturnType<typeof useChartSettings>;

export function useChartSettings() {
  const [unit, setUnitOnly] = useState<Unit>("step");
  const [smoothing, setSmoothing] = useState(0.6);
  const [isLog, setLog] = useState(false);
  const [range, setRange] = useState<Range>(null);
  const options = useMemo(() => ({ smoothing, isLog }), [smoothing, isLog]);
  const setUnit = useCallback((next: Unit) => {
    setUnitOnly(next);
    // A part of the steps is no part of the seconds.
    setRange(null);
  }, []);
  return { unit, setUnit, smoothing, setSmoothing, isLog, setLog, range, setRange, options };
}

const FORMATS: { readonly [unit in Unit]: (x: number) => string } = {
  step: (x) => `${t("losses.step")} ${Number(x.toFixed(2))}`,
  epoch: (x) => `${t("losses.epoch")} ${Number(x.toFixed(2))}`,
  time: (x) => `${t("losses.time")} ${duration(x)}`,
};

/** "Step 12", "Epoch 1.5", "Time 0:12". The same function for a unit each time, so that nothing is drawn anew. */
export function formatIn(unit: Unit): (x: number) => string {
  return FORMATS[unit];
}

export function tickIn(unit: Unit): ((x: number) => string) | undefined {
  return unit === "time" ? duration : undefined;
}
