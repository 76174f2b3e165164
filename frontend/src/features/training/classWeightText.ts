/** Class weights as a person types them: `0: 1, 1: 3.5`. Pure. */

export type Weights = { readonly [label: string]: number };

export function showWeights(weights: Weights): string {
  return Object.entries(weights)
    .map(([label, weight]) => `${label}: ${weight}`)
    .join(", ");
}

/** undefined where it can't be read; a class is a whole number, a weight is not negative. */
export function readWeights(text: string): Weights | undefined {
  const weights: { [label: string]: number } = {};
  for (const part of text.replace(/[{}]/g, "").split(/[,;，]/)) {
    if (part.trim() === "") continue;
    const match = /^\s*(\d+)\s*[:=：]\s*(\d+(?:\.\d*)?|\.\d+)\s*$/.exec(part);
    if (match === null) return undefined;
    weights[match[1]!] = Number(match[2]);
  }
  return weights;
}
