/** The classes of one row with their shares, the likeliest first. Pure. */

import type { Json } from "../../schema";

const MOST = 10;

/** null where the numbers are no probabilities of these classes (logits, a sequence). One number: of the second of two. */
export function likely(
  numbers: Json,
  labels: readonly string[],
): readonly { readonly label: string; readonly share: number }[] | null {
  const row = Array.isArray(numbers) ? numbers : [numbers];
  if (!row.every((value: Json) => typeof value === "number" && value >= 0 && value <= 1.000001)) return null;
  const shares = row as readonly number[];
  if (shares.length === 1 && labels.length === 2) {
    const [share = 0] = shares;
    return sorted([1 - share, share], labels);
  }
  return shares.length === labels.length ? sorted(shares, labels) : null;
}

function sorted(shares: readonly number[], labels: readonly string[]) {
  return shares
    .map((share, index) => ({ label: labels[index] ?? String(index), share }))
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST);
}
