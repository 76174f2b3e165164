/** Which part of the x axis is shown after a gesture. Pure. */

import type { Range } from "./types";

type Bounds = readonly [from: number, to: number];

/** The range made `factor` times as wide, with `at` where it was; null once it holds everything. */
export function zoomed(range: Range, all: Bounds, at: number, factor: number): Range {
  const [from, to] = range ?? all;
  const next: Bounds = [at - (at - from) * factor, at + (to - at) * factor];
  // Nearer than a ten-thousandth there is nothing more to see.
  if (next[1] - next[0] < (all[1] - all[0]) / 10_000) return range;
  return within(next, all);
}

/** The range moved by a share of its width. */
export function moved(range: Range, all: Bounds, share: number): Range {
  if (range === null) return null;
  const width = range[1] - range[0];
  const from = Math.min(Math.max(range[0] + width * share, all[0]), all[1] - width);
  return [from, from + width];
}

export function within([from, to]: Bounds, all: Bounds): Range {
  if (from <= all[0] && to >= all[1]) return null;
  return [Math.max(from, all[0]), Math.min(to, all[1])];
}
