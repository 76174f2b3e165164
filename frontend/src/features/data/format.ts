/** Numbers and sizes as a person reads them, in the page's language. */

import { language, t } from "../../i18n";
import type { Dataset } from "../../schema";

const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** 1500000 → "1.5 MB". */
export function showBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: UNITS[power],
    unitDisplay: power === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** power);
}

export function showCount(count: number): string {
  return new Intl.NumberFormat(locale()).format(count);
}

/** Four digits that count. */
export function showNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return value.toExponential(2);
  const digits = size >= 10_000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat(locale(), digits).format(value);
}

export function showShare(share: number): string {
  return new Intl.NumberFormat(locale(), {
    style: "percent",
    maximumFractionDigits: share > 0 && share < 0.01 ? 2 : 0,
  }).format(share);
}

/** Minutes and seconds, or hours and minutes; roughly is enough. */
export function showSeconds(seconds: number): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale(), {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: 0,
    }).format(value);
  if (seconds < 60) return unit(Math.max(1, Math.ceil(seconds)), "second");
  if (seconds < 3600) return unit(Math.ceil(seconds / 60), "minute");
  return `${unit(Math.floor(seconds / 3600), "hour")} ${unit(Math.round((seconds % 3600) / 60), "minute")}`;
}

/** Microseconds since 1970, or RFC 3339: date and time, without what is zero. */
export function showTime(time: number | string): string {
  const date = new Date(typeof time === "number" ? time / 1000 : time);
  if (Number.isNaN(date.getTime())) return String(time);
  const text = date.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
}

/** Rows and size of a set in a line. */
export function showExtent(dataset: Dataset): string {
  const rows = dataset.rows === null ? t("data.anyRows") : t("data.rows", { count: dataset.rows });
  return dataset.size_bytes === null ? rows : `${rows} · ${showBytes(dataset.size_bytes)}`;
}
