/** The values under the crosshair: of every curve its own nearest, for curves have points at different places. */

import { steadyNumber } from "../numbers";
import { atLeast, type Column } from "./columns";
import type { FormatX, Mark, Ring } from "./types";

/** Index of the value nearest to `index` that a column has; null where the curve does not reach there. */
export function nearestValue(column: Column, axis: ArrayLike<number>, index: number): number | null {
  const last = Math.min(axis.length, column.length) - 1;
  let before = Math.min(index, last);
  while (before >= 0 && typeof column[before] !== "number") before -= 1;
  let after = Math.max(0, index);
  while (after <= last && typeof column[after] !== "number") after += 1;
  const hasBefore = before >= 0;
  const hasAfter = after <= last;
  if (!hasBefore && !hasAfter) return null;
  const x = axis[index]!;
  if (hasBefore && hasAfter) return x - axis[before]! <= axis[after]! - x ? before : after;
  // Outside the curve: its end counts as long as it is near.
  const end = hasBefore ? before : after;
  const width = axis[axis.length - 1]! - axis[0]!;
  return Math.abs(axis[end]! - x) <= width * 0.02 ? end : null;
}

interface Hovered {
  readonly label: string;
  readonly color: string;
  readonly column: Column;
}

export interface Told {
  readonly head: string;
  readonly values: readonly { readonly label: string; readonly color: string; readonly value: string }[];
  readonly notes: readonly string[];
}

/** What is said at one place of the axis. `reach`: how far away a mark still counts, in units of x. */
export function valuesAt(
  index: number,
  axis: ArrayLike<number>,
  curves: readonly Hovered[],
  marks: readonly Mark[],
  rings: readonly Ring[],
  formatX: FormatX,
  reach: number,
): Told {
  const x = axis[index]!;
  const values = curves.flatMap(({ label, color, column }) => {
    const at = nearestValue(column, axis, index);
    return at === null ? [] : [{ label, color, value: steadyNumber(column[at]) }];
  });
  const isNear = (place: { readonly x: number }) => Math.abs(place.x - x) <= reach;
  return {
    head: formatX(x),
    values,
    notes: [
      ...rings.filter(isNear).map(({ label }) => label),
      ...marks
        .filter(isNear)
        .slice(-4)
        .map(({ detail }) => detail),
    ],
  };
}

/** The index whose x is nearest. */
export function nearestIndex(axis: ArrayLike<number>, x: number): number {
  const right = Math.min(atLeast(axis, x), axis.length - 1);
  return right > 0 && x - axis[right - 1]! < axis[right]! - x ? right - 1 : right;
}
