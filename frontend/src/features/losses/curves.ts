/** From what the run store holds to what the chart draws: one common x axis of steps, a column for each curve. */

export interface Curve {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly kind: "train" | "validation";
  /** Where its values stand, in finished steps since the start of the run; a subset of the chart's own. */
  readonly x: Float64Array;
  /** NaN breaks the line. */
  readonly values: Float64Array;
}

export interface ChartData {
  /** Finished steps, counted over the whole run from 1. */
  readonly x: Float64Array;
  readonly stepsPerEpoch: number;
  readonly curves: readonly Curve[];
}

export interface ChartOptions {
  /** 0: as it is; towards 1: an ever longer memory (exponential moving average, corrected for its start). */
  readonly smoothing: number;
  readonly isLog: boolean;
  readonly unit: "step" | "epoch";
}

type Column = (number | null)[];

/** x, then for each curve its line and, where it is smoothed, its raw values. */
export function columnsOf(data: ChartData, options: ChartOptions): Column[] {
  const scale = options.unit === "epoch" && data.stepsPerEpoch > 0 ? 1 / data.stepsPerEpoch : 1;
  const columns: Column[] = [Array.from(data.x, (step) => step * scale)];
  for (const curve of data.curves) {
    const values = placed(curve, data.x, options.isLog);
    if (curve.kind === "train" && options.smoothing > 0) columns.push(smooth(values, options.smoothing));
    columns.push(values);
  }
  return columns;
}

/** Exponential moving average; a gap stays a gap and does not enter the average. */
export function smooth(values: readonly (number | null)[], weight: number): Column {
  let sum = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = sum * weight + value * (1 - weight);
    mass = mass * weight + (1 - weight);
    return sum / mass;
  });
}

/** A curve's values on the chart's axis; null where it has none, or none that a logarithm takes. */
function placed(curve: Curve, axis: Float64Array, isLog: boolean): Column {
  const column: Column = new Array(axis.length).fill(null);
  let index = 0;
  for (let point = 0; point < curve.x.length; point += 1) {
    const x = curve.x[point]!;
    while (index < axis.length && axis[index]! < x) index += 1;
    const value = curve.values[point]!;
    if (axis[index] === x && Number.isFinite(value) && (!isLog || value > 0)) column[index] = value;
  }
  return column;
}
