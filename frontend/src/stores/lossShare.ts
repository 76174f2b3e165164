/** How much of the total loss each output has. */

import type { Losses } from "../schema";

/** Parts of the total by output; null where there is nothing but one output, or where a loss is not finite. */
export function shareOfLoss(
  losses: Losses,
  weightOf: (output: string) => number,
  regularization = 0,
): ReadonlyMap<string, number> | null {
  const parts = Object.entries(losses).map(
    ([output, loss]) => [output, weightOf(output) * (loss ?? Number.NaN)] as const,
  );
  const total = parts.reduce((sum, [, part]) => sum + part, regularization);
  const isAlone = parts.length < 2 && regularization === 0;
  if (isAlone || !Number.isFinite(total) || total <= 0) return null;
  return new Map(parts.map(([output, part]) => [output, part / total]));
}
