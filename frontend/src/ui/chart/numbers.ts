/** Numbers as a chart and its tables show them. */

/** Four digits that count; very large and very small ones by powers of ten. */
export function shortNumber(value: number | null | undefined): string {
  if (value === undefined) return "–";
  if (value === null || Number.isNaN(value)) return "NaN";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 10_000 || size < 0.0001 ? value.toExponential(2) : value.toPrecision(4);
}

/** 75 → "1:15"; 3,700 → "1:01:40". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** "step 12", "epoch 1.5", "0:12": a place on the x axis. */
export type FormatX = (x: number) => string;
