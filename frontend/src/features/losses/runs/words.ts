/** Runs, and what differs between them, in the model's words. */

import type { Difference, Subject } from "../../../document/difference";
import { language, t, translated } from "../../../i18n";
import type { Json, Run } from "../../../schema";
import { labelOf } from "../../../ui/form/fields";
import { duration } from "../../../ui/numbers";

/** "Layer hidden: Units" */
export function placeInWords({ subject, field }: Difference): string {
  const thing = subjectInWords(subject);
  if (field === "type") return thing;
  return t("runs.fieldOf", { thing, field: fieldInWords(subject, field) });
}

function subjectInWords(subject: Subject): string {
  return "id" in subject
    ? t(`runs.subject.${subject.kind}`, { id: subject.id })
    : t(`runs.subject.${subject.kind}`);
}

function fieldInWords(subject: Subject, field: string): string {
  const [first = field, second] = field.split(".");
  if (subject.kind === "node") {
    if (field === "layer") return t("runs.field.layer");
    return second === undefined || second === "inputs" ? t("runs.field.inputs") : second;
  }
  if (subject.kind === "data" && second !== undefined) return second;
  return translated(`field.${first}`, labelOf(first));
}

/** A value as a person would write it: 64; 0.001; ReLU; a, b. */
export function valueInWords(value: Json | undefined): string {
  if (value === undefined) return "–";
  if (value === null) return t("runs.none");
  if (typeof value === "boolean") return t(value ? "runs.yes" : "runs.no");
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? t("runs.none") : value.map(valueInWords).join(", ");
  const { type, config, columns, encoder, ...rest } = value as { readonly [key: string]: Json };
  if (typeof type === "string") return withConfig(type, config);
  if (columns !== undefined) {
    return encoder === undefined
      ? valueInWords(columns)
      : `${valueInWords(columns)}: ${valueInWords(encoder)}`;
  }
  const entries = Object.entries(rest);
  return entries.length === 0
    ? t("runs.none")
    : entries.map(([key, each]) => `${labelOf(key)} ${valueInWords(each)}`).join(", ");
}

function withConfig(type: string, config: Json | undefined): string {
  const entries = Object.entries((config ?? {}) as { readonly [key: string]: Json });
  if (entries.length === 0) return type;
  return `${type} (${entries.map(([key, value]) => `${key} ${valueInWords(value)}`).join(", ")})`;
}

/** "25 Nov 2026, 21:50" */
export function momentInWords(time: string): string {
  return new Intl.DateTimeFormat(language() === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
  }).format(new Date(time));
}

/** From its first step until it ended, or until now; null where it has not begun. */
export function durationOf({ started, ended }: Run, now: number): string | null {
  if (started === null) return null;
  return duration(((ended === null ? now : Date.parse(ended)) - Date.parse(started)) / 1000);
}

/** A, B, … Z, AA: what a run is called among those that are compared. */
export function letterOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : letterOf(Math.floor(index / 26) - 1) + letter;
}
