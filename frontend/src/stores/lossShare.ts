/** How much of the total loss each output has. */

import type { Losses } from "../schema";

/** Parts of the weighted sum by output; null with one output only, or where a loss is not finite. */
export function shareOfLoss(
  losses: Losses,
  weightOf: (output: string) => number,
): ReadonlyMap<string, number> | null {
  const parts = Object.entries(losses).map(
    ([output, loss]) => [output, weightOf(output) * (loss ?? Number.NaN)] as const,
  );
  const total = parts.reduce((sum, [, part]) => sum + part, 0);
  if (parts.length < 2 || !Number.isFinite(total) || total <= 0) return null;
  return new Map(parts.map(([output, part]) => [output, part / total]));
}
