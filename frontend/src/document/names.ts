/** Ids: identifiers that a person can read, unique where they must be. */

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const LONGEST_ID = 64;

export function isIdentifier(text: string): boolean {
  return text.length <= LONGEST_ID && IDENTIFIER.test(text);
}

/** `"Conv2D"` → `"conv2d"`, `"MaxPooling2D"` → `"max_pooling2d"`, `"LSTM"` → `"lstm"`. */
export function snakeCase(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .replace(/(\d)_d(?=_|$)/, "$1d");
  if (!words) return "node";
  return /^[0-9]/.test(words) ? `_${words}` : words;
}

/** `base`, else `base_2`, `base_3`, …; a number at the end of `base` counts on. */
export function uniqueId(base: string, isTaken: (id: string) => boolean): string {
  const short = base.slice(0, LONGEST_ID - 6);
  if (!isTaken(short)) return short;
  const stem = short.replace(/_\d+$/, "");
  for (let number = 2; ; number += 1) {
    const id = `${stem}_${number}`;
    if (!isTaken(id)) return id;
  }
}
