/** What the chart can show of a run, and where its curves are: losses by step, metrics and the learning rate by epoch. */

import type { Curves } from "../../stores/curves";
import { LEARNING_RATE, metricKey, metricsOf, type RunView, TOTAL } from "../../stores/runView";

/** `loss`, `learning_rate`, or a metric's name after `metric:`. */
export type Quantity = "loss" | "learning_rate" | `metric:${string}`;
export type Unit = "step" | "epoch" | "time";

/** A curve of a run, before it has a colour. */
export interface Line {
  /** An output, or `TOTAL`; of the learning rate nothing. */
  readonly name: string | null;
  readonly isValidation: boolean;
  /** One value an epoch, at its end. */
  readonly isByEpoch: boolean;
  readonly points: Curves;
  readonly values: Float64Array;
}

export function quantitiesOf(views: readonly RunView[]): readonly Quantity[] {
  const metrics = new Set(views.flatMap((view) => metricsOf(view)));
  return ["loss", ...[...metrics].map((name) => `metric:${name}` as const), "learning_rate"];
}

/** Names whose losses are shown: the outputs, and their total where there are several. */
export function lossNames(view: RunView): readonly string[] {
  return view.outputs.length > 1 ? [...view.outputs, TOTAL] : view.outputs;
}

/** The metric's name of a quantity; null for the loss and the learning rate. */
export function metricOf(quantity: Quantity): string | null {
  return quantity.startsWith("metric:") ? quantity.slice("metric:".length) : null;
}

/** Lines of a quantity, training before validation of each output. */
export function linesOf(view: RunView, quantity: Quantity): readonly Line[] {
  if (quantity === "learning_rate") {
    return [lineOf(view.epochCurves, LEARNING_RATE, null, { isByEpoch: true })];
  }
  const metric = metricOf(quantity);
  if (metric === null) {
    return lossNames(view).flatMap((name) => [
      lineOf(view.steps, name, name, { isByEpoch: false }),
      ...(view.validation.length > 0 ? [lineOf(view.validation, name, name, { isValidation: true })] : []),
    ]);
  }
  return view.outputs.flatMap((output) => {
    const key = metricKey(output, metric);
    return [
      ...(view.epochCurves.series.has(key) ? [lineOf(view.epochCurves, key, output, {})] : []),
      ...(view.validation.series.has(key)
        ? [lineOf(view.validation, key, output, { isValidation: true })]
        : []),
    ];
  });
}

function lineOf(
  points: Curves,
  key: string,
  name: string | null,
  { isValidation = false, isByEpoch = true }: { isValidation?: boolean; isByEpoch?: boolean },
): Line {
  return { name, isValidation, isByEpoch, points, values: points.values(key) };
}

/** Gives each set of points one axis in a unit, so that its curves share it. */
export function axesIn(unit: Unit, stepsPerEpoch: number): (points: Curves) => Float64Array {
  const known = new Map<Curves, Float64Array>();
  return (points) => {
    let axis = known.get(points);
    if (!axis) {
      axis = axisIn(unit, points, stepsPerEpoch);
      known.set(points, axis);
    }
    return axis;
  };
}

function axisIn(unit: Unit, points: Curves, stepsPerEpoch: number): Float64Array {
  if (unit === "time") return points.seconds.values;
  if (unit === "step" || stepsPerEpoch === 0) return points.x.values;
  return points.x.values.map((step) => step / stepsPerEpoch);
}

/** A moment's place on the axis. */
export function placeIn(
  unit: Unit,
  { x, seconds }: { readonly x: number; readonly seconds: number },
  stepsPerEpoch: number,
): number {
  if (unit === "time") return seconds;
  return unit === "epoch" && stepsPerEpoch > 0 ? x / stepsPerEpoch : x;
}

/** The epoch at whose end a curve was best. */
export interface Best {
  readonly epoch: number;
  readonly value: number;
  readonly x: number;
  readonly seconds: number;
  readonly isValidation: boolean;
}

/** By validation where the run has one, by the epoch's mean over the training rows else. */
export function bestOf(view: RunView, quantity: Quantity, name: string): Best | null {
  if (quantity === "learning_rate") return null;
  const metric = metricOf(quantity);
  const key = metric === null ? name : metricKey(name, metric);
  const isValidation = view.validation.series.has(key);
  const points = isValidation ? view.validation : view.epochCurves;
  const values = points.values(key);
  const isDown = metric === null || isLowerBetter(metric);
  let best = -1;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    if (best < 0 || (isDown ? value < values[best]! : value > values[best]!)) best = index;
  }
  if (best < 0 || view.stepsPerEpoch === 0) return null;
  const x = points.x.at(best);
  return {
    epoch: Math.round(x / view.stepsPerEpoch),
    value: values[best]!,
    x,
    seconds: points.seconds.at(best),
    isValidation,
  };
}

/** Whether less of a metric is better, by Keras' names: what is an error, a loss or a divergence. */
export function isLowerBetter(metric: string): boolean {
  return /error|loss|crossentropy|hinge|divergence|poisson|log_?cosh|^false_|^m[as]p?e$|^msle$/i.test(metric);
}
