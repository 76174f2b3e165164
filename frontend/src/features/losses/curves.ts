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

/** More points than a screen has columns for: from there on neighbours are drawn as their mean. */
const MOST_POINTS = 4000;

/** x, then for each curve its line and, where it is smoothed, its raw values. */
export function columnsOf(whole: ChartData, options: ChartOptions): Column[] {
  const data = thinned(whole);
  const scale = options.unit === "epoch" && data.stepsPerEpoch > 0 ? 1 / data.stepsPerEpoch : 1;
  const columns: Column[] = [Array.from(data.x, (step) => step * scale)];
  for (const curve of data.curves) {
    const values = placed(curve, data.x, options.isLog);
    if (curve.kind === "train" && options.smoothing > 0) columns.push(smooth(values, options.smoothing));
    columns.push(values);
  }
  return columns;
}

/** A long run with every so many steps drawn as one, so that drawing costs the same however long it gets. */
function thinned(data: ChartData): ChartData {
  const stride = Math.ceil(data.x.length / MOST_POINTS);
  if (stride < 2) return data;
  const ends = (length: number) => Math.ceil(length / stride);
  const x = new Float64Array(ends(data.x.length));
  for (let bucket = 0; bucket < x.length; bucket += 1) {
    x[bucket] = data.x[Math.min((bucket + 1) * stride, data.x.length) - 1]!;
  }
  const curves = data.curves.map((curve) => {
    if (curve.kind === "train" && curve.x.length === data.x.length) {
      return { ...curve, x, values: means(curve.values, stride, x.length) };
    }
    return { ...curve, x: curve.x.map((value) => atLeast(x, value)) };
  });
  return { ...data, x, curves };
}

function means(values: Float64Array, stride: number, count: number): Float64Array {
  const result = new Float64Array(count);
  for (let bucket = 0; bucket < count; bucket += 1) {
    let sum = 0;
    let finite = 0;
    for (let index = bucket * stride; index < Math.min((bucket + 1) * stride, values.length); index += 1) {
      const value = values[index]!;
      if (Number.isFinite(value)) {
        sum += value;
        finite += 1;
      }
    }
    result[bucket] = finite === 0 ? Number.NaN : sum / finite;
  }
  return result;
}

/** The first of the axis' values that is not below; the last where all are. */
function atLeast(axis: Float64Array, value: number): number {
  let low = 0;
  let high = axis.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (axis[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return axis[low] ?? value;
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
