/** Places of numbers along an axis, and the round numbers to write beside it. Pure. */

type Bounds = readonly [number, number];

export interface Scale {
  /** Least and greatest number that the axis holds. */
  readonly domain: Bounds;
  readonly place: (value: number) => number;
}

/** From numbers to pixels, with a little air at both ends of a vertical axis. */
export function scaleOf(domain: Bounds, pixels: Bounds, isLog: boolean): Scale {
  const isVertical = pixels[0] > pixels[1];
  const to = isLog ? Math.log10 : (value: number) => value;
  const [low, high] = [to(Math.max(domain[0], isLog ? 1e-300 : domain[0])), to(domain[1])];
  const air = isVertical ? (high - low || Math.abs(high) || 1) * 0.05 : 0;
  const from = low - air;
  const width = high + air - from || 1;
  const back = isLog ? (value: number) => 10 ** value : (value: number) => value;
  return {
    domain: [back(from), back(from + width)],
    place: (value) => pixels[0] + ((to(value) - from) / width) * (pixels[1] - pixels[0]),
  };
}

/** Round numbers within: about `count` of them; for a logarithmic axis powers of ten, with 2 and 5 where few. */
export function ticksOf([least, greatest]: Bounds, isLog: boolean, count: number): number[] {
  if (isLog) {
    const first = Math.floor(Math.log10(least));
    const last = Math.ceil(Math.log10(greatest));
    const steps = last - first <= 3 ? [1, 2, 5] : [1];
    const powers = Array.from({ length: last - first + 1 }, (_value, index) => 10 ** (first + index));
    return powers
      .flatMap((power) => steps.map((step) => step * power))
      .filter((value) => value >= least && value <= greatest);
  }
  const rough = (greatest - least) / count;
  if (!(rough > 0)) return [least];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks: number[] = [];
  for (let index = Math.ceil(least / step); index * step <= greatest; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}
