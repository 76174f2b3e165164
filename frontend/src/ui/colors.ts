/** Colours by place in a list, as CSS variables, and their values for a canvas that needs real ones. */

const SERIES = 8;
const SHARED = 8;

/** Colour of an output's curve; `index` is the output's place among the model's outputs, sorted by id. */
export function outputColor(index: number): string {
  return `var(--ll-series-${((index % SERIES) + SERIES) % SERIES})`;
}

export const totalColor = "var(--ll-series-total)";

/** Badge colour of a shared layer; `index` is its place among the model's shared layers. */
export function sharedColor(index: number): string {
  return `var(--ll-shared-${((index % SHARED) + SHARED) % SHARED})`;
}

/** Shade of a heat map, from 0 (least) to 6 (most). */
export function heatColor(level: number): string {
  return `var(--ll-heat-${Math.max(0, Math.min(6, level))})`;
}

/** `var(--ll-edge)` → `#9aa2b1` under the theme that is on; what is no variable is given back. */
export function resolvedColor(color: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
  if (!name) return color;
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || color;
}
