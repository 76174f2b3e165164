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

/** null where nothing was counted. Counts are spread evenly over the width of their bin. */
export function overTime(histograms: readonly (Counted | null | undefined)[], bins = 32): OverTime | null {
  const edges = histograms.flatMap((one) => [...(one?.edges ?? [])]);
  if (edges.length === 0) return null;
  const least = Math.min(...edges);
  const most = Math.max(...edges);
  if (!(most > least)) return null;
  const width = (most - least) / bins;
  const moments = histograms.map((one) => {
    if (!one) return [];
    const counted = new Array<number>(bins).fill(0);
    one.counts.forEach((count, index) => {
      const from = one.edges[index] ?? 0;
      const to = one.edges[index + 1] ?? from;
      if (count === 0) return;
      if (!(to > from)) {
        counted[Math.min(bins - 1, Math.floor((from - least) / width))]! += count;
        return;
      }
      const last = Math.min(bins - 1, Math.floor((to - least) / width - 1e-9));
      for (let bin = Math.max(0, Math.floor((from - least) / width)); bin <= last; bin += 1) {
        const overlap = Math.min(to, least + (bin + 1) * width) - Math.max(from, least + bin * width);
        if (overlap > 0) counted[bin]! += (count * overlap) / (to - from);
      }
    });
    const fullest = Math.max(...counted) || 1;
    return counted.map((count) => count / fullest);
  });
  return { least, most, moments };
}
