/** From curves to what the chart's library draws: one common x axis and a column for each line. Pure. */

import type { ChartOptions, Curve, Range } from "./types";

/** null: a gap in the line. undefined: this curve has no point at this x, the line goes on. */
export type Column = (number | null | undefined)[];

/** More points than a screen has columns for: from there on the least and the greatest of neighbours are drawn. */
export const MOST_POINTS = 4000;

interface Line {
  readonly x: Float64Array;
  readonly values: Float64Array;
}

/** x, then for each curve its line and, where it is smoothed, its raw values. Only what `range` shows. */
export function columnsOf(
  curves: readonly Curve[],
  options: ChartOptions,
  range: Range = null,
): { readonly x: number[]; readonly lines: readonly Column[] } {
  const lines: Line[] = [];
  const cuts = new Map<Float64Array, Cut>();
  for (const curve of curves) {
    let cut = cuts.get(curve.x);
    if (!cut) {
      cut = cutOf(curve.x, range);
      cuts.set(curve.x, cut);
    }
    if (isSmoothed(curve, options)) {
      // Smoothed over all its values before any are left out: zooming must not change the line.
      lines.push(lastOf(cut, smooth(curve.values, options.smoothing)));
    }
    lines.push(extremesOf(cut, curve.values));
  }
  const x = union(lines);
  return { x, lines: lines.map((line) => placed(line, x, options.isLog)) };
}

/** Whether the curve has two columns: the smoothed line, then the raw one. */
export function isSmoothed(curve: Curve, { smoothing }: ChartOptions): boolean {
  return curve.isSmoothed === true && smoothing > 0;
}

/** Exponential moving average; a gap stays a gap and does not enter the average. */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let sum = 0;
  let mass = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (!Number.isFinite(value)) {
      smoothed[index] = Number.NaN;
      continue;
    }
    sum = sum * weight + value * (1 - weight);
    mass = mass * weight + (1 - weight);
    smoothed[index] = sum / mass;
  }
  return smoothed;
}

/** Index of the first of the axis' values that is not below; its length where all are. */
export function atLeast(axis: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = axis.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (axis[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Indices from `from` until before `to`, in buckets of `stride`, with the x at which buckets are drawn. */
interface Cut {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  /** One x a bucket: its last. */
  readonly lasts: Float64Array;
  /** Two x a bucket: its first and its last; without buckets the same as `lasts`. */
  readonly ends: Float64Array;
}

/** What is in sight, and one point on either side so that lines run out of the picture. */
function cutOf(x: Float64Array, range: Range): Cut {
  const from = range ? Math.max(0, atLeast(x, range[0]) - 1) : 0;
  const to = range ? Math.min(x.length, atLeast(x, range[1]) + 2) : x.length;
  const points = Math.max(0, to - from);
  if (points <= MOST_POINTS) {
    const seen = x.subarray(from, from + points);
    return { from, to: from + points, stride: 1, lasts: seen, ends: seen };
  }
  // A bucket has two points: its least and its greatest.
  const stride = Math.ceil(points / (MOST_POINTS / 2));
  const count = Math.ceil(points / stride);
  const lasts = new Float64Array(count);
  const ends = new Float64Array(count * 2);
  for (let bucket = 0; bucket < count; bucket += 1) {
    const start = from + bucket * stride;
    lasts[bucket] = x[Math.min(start + stride, to) - 1]!;
    ends[bucket * 2] = x[start]!;
    ends[bucket * 2 + 1] = lasts[bucket]!;
  }
  return { from, to, stride, lasts, ends };
}

function lastOf({ from, to, stride, lasts }: Cut, values: Float64Array): Line {
  if (stride === 1) return { x: lasts, values: values.subarray(from, to) };
  return {
    x: lasts,
    values: lasts.map((_x, bucket) => values[Math.min(from + (bucket + 1) * stride, to) - 1]!),
  };
}

/** Least and greatest of each bucket in the order in which they came, at its first and last x. */
function extremesOf(cut: Cut, values: Float64Array): Line {
  const { from, to, stride, ends } = cut;
  if (stride === 1) return lastOf(cut, values);
  const found = new Float64Array(ends.length);
  for (let bucket = 0; bucket * 2 < ends.length; bucket += 1) {
    const start = from + bucket * stride;
    const end = Math.min(start + stride, to);
    let least = -1;
    let greatest = -1;
    for (let index = start; index < end; index += 1) {
      const value = values[index]!;
      if (!Number.isFinite(value)) continue;
      if (least < 0 || value < values[least]!) least = index;
      if (greatest < 0 || value > values[greatest]!) greatest = index;
    }
    found[bucket * 2] = least < 0 ? Number.NaN : values[Math.min(least, greatest)]!;
    found[bucket * 2 + 1] = least < 0 ? Number.NaN : values[Math.max(least, greatest)]!;
  }
  return { x: ends, values: found };
}

/** Every x that a line has, sorted, each once. */
function union(lines: readonly Line[]): number[] {
  let all: number[] = [];
  for (const axis of new Set(lines.map(({ x }) => x))) all = merged(all, axis);
  return all;
}

function merged(left: readonly number[], right: Float64Array): number[] {
  const result: number[] = [];
  let at = 0;
  let to = 0;
  while (at < left.length || to < right.length) {
    const a = at < left.length ? left[at]! : Number.POSITIVE_INFINITY;
    const b = to < right.length ? right[to]! : Number.POSITIVE_INFINITY;
    const next = Math.min(a, b);
    if (a === next) at += 1;
    if (b === next) to += 1;
    if (result.length === 0 || result[result.length - 1]! < next) result.push(next);
  }
  return result;
}

/** A line's values on the common axis. A logarithm takes only what is above 0. */
function placed(line: Line, axis: readonly number[], isLog: boolean): Column {
  const column: Column = new Array(axis.length).fill(undefined);
  let index = 0;
  for (let point = 0; point < line.x.length; point += 1) {
    const x = line.x[point]!;
    while (index < axis.length && axis[index]! < x) index += 1;
    const value = line.values[point]!;
    column[index] = Number.isFinite(value) && (!isLog || value > 0) ? value : null;
  }
  return column;
}
