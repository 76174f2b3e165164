/** Numbers as they are read at a glance. Pure. */

/** Four digits that count: `0.1234`, `1.2e-5`; NaN where there is none. */
export function shortNumber(value: number | null | undefined, digits = 4): string {
  if (value === undefined) return "–";
  if (value === null || Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 100_000 || size < 0.0001) return value.toExponential(Math.min(2, digits - 1));
  return String(Number(value.toPrecision(digits)));
}

/** Four digits with their zeros, `0.1000`: numbers that change all the time keep their width. */
export function steadyNumber(value: number | null | undefined): string {
  if (value === undefined) return "–";
  if (value === null || Number.isNaN(value)) return "NaN";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 10_000 || size < 0.0001 ? value.toExponential(2) : value.toPrecision(4);
}

/** 2_500_000 → "2.5 M". */
export function compactNumber(value: number): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 }).format(value);
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size >= 100 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

/** 0.004 → "4 ms", 75 → "1:15", 4000 → "1:06:40". */
export function duration(seconds: number): string {
  if (seconds < 1) return `${shortNumber(seconds * 1000, 2)} ms`;
  if (seconds < 60) return `${shortNumber(seconds, 2)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
