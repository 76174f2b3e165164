/** Round numbers on an axis. Pure. */

/** About `count` round numbers from least to most, both within. */
export function ticks(least: number, most: number, count = 4): number[] {
  if (!(most > least)) return [least];
  const raw = (most - least) / count;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((one) => one >= raw)!;
  const found: number[] = [];
  for (let index = Math.ceil(least / step - 1e-9); index * step <= most + step * 1e-9; index += 1)
    found.push(Number((index * step).toPrecision(12)));
  return found;
}

/** Least and most of all that is finite; a range of nothing gets some room. */
export function extent(values: Iterable<number | null>): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least > most) return [0, 1];
  if (least === most) return least === 0 ? [0, 1] : [Math.min(0, least), Math.max(0, most)];
  return [least, most];
}
