/** Histograms of several moments brought onto one axis, so that they can stand side by side. Pure. */

export interface Counted {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface OverTime {
  readonly least: number;
  readonly most: number;
  /** For each moment the share of its fullest bin, by bin from least to most; empty where there was no histogram. */
  readonly moments: readonly (readonly number[])[];
}

/** Of all that was counted this share may lie beyond either end of the axis, or a few outliers would squeeze the rest. */
const BEYOND = 0.002;
const FINE = 512;

/** null where nothing was counted. Counts are spread evenly over the width of their bin. */
export function overTime(histograms: readonly (Counted | null | undefined)[], bins = 32): OverTime | null {
  const edges = histograms.flatMap((one) => [...(one?.edges ?? [])]);
  if (edges.length === 0) return null;
  const [least, most] = core(histograms, Math.min(...edges), Math.max(...edges));
  if (!(most > least)) return null;
  const moments = histograms.map((one) => {
    if (!one) return [];
    const counted = new Array<number>(bins).fill(0);
    spread(one, least, most, counted);
    const fullest = Math.max(...counted) || 1;
    return counted.map((count) => count / fullest);
  });
  return { least, most, moments };
}

/** The part of the axis that holds nearly all counts. */
function core(
  histograms: readonly (Counted | null | undefined)[],
  least: number,
  most: number,
): readonly [number, number] {
  if (!(most > least)) return [least, most];
  const all = new Array<number>(FINE).fill(0);
  for (const one of histograms) if (one) spread(one, least, most, all);
  const beyond = all.reduce((sum, count) => sum + count, 0) * BEYOND;
  const end = (counts: readonly number[]) => {
    let sum = 0;
    const place = counts.findIndex((count) => {
      sum += count;
      return sum > beyond;
    });
    return Math.max(0, place);
  };
  const width = (most - least) / FINE;
  return [least + end(all) * width, most - end([...all].reverse()) * width];
}

function spread({ edges, counts }: Counted, least: number, most: number, into: number[]): void {
  const bins = into.length;
  const width = (most - least) / bins;
  const binOf = (value: number) => Math.max(0, Math.min(bins - 1, Math.floor((value - least) / width)));
  counts.forEach((count, index) => {
    const from = edges[index] ?? 0;
    const to = edges[index + 1] ?? from;
    if (count === 0 || to < least || from > most) return;
    if (!(to > from)) {
      into[binOf(from)]! += count;
      return;
    }
    for (let bin = binOf(from); bin <= binOf(to); bin += 1) {
      const overlap = Math.min(to, least + (bin + 1) * width) - Math.max(from, least + bin * width);
      if (overlap > 0) into[bin]! += (count * overlap) / (to - from);
    }
  });
}
