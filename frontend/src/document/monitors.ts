/** Keys of the numbers that a training reports each epoch, as Keras' `History` has them: what a callback can follow. */

import type { Fit, OutputTraining, Split, Training, Typed } from "./types";

/** `loss`, `<output>_loss`, `<output>_<metric>`, their `val_` twins where rows are kept for validation, `learning_rate`. */
export function monitorKeys(training: Training, hasValidation: boolean): string[] {
  const outputs = Object.entries(training.outputs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const several = outputs.length > 1;
  const keys = ["loss"];
  for (const [id, output] of outputs) {
    if (several && output.loss !== null && output.loss !== undefined) keys.push(`${id}_loss`);
    for (const metric of metricNames(output)) keys.push(several ? `${id}_${metric}` : metric);
  }
  return [...(hasValidation ? keys.map((key) => `val_${key}`) : []), ...keys, "learning_rate"];
}

/** Names of an output's curves: a second one of the same name is numbered, a weighted twin says so. */
function metricNames(output: OutputTraining): string[] {
  const names: string[] = [];
  for (const metric of output.metrics ?? []) names.push(unused(nameOf(metric), names));
  for (const metric of output.weighted_metrics ?? []) {
    const name = nameOf(metric);
    names.push(names.includes(name) ? unused(`weighted_${name}`, names) : name);
  }
  return names;
}

function nameOf(metric: string | Typed): string {
  if (typeof metric === "string") return metric;
  return typeof metric.config?.name === "string" ? metric.config.name : metric.type;
}

function unused(name: string, taken: readonly string[]): string {
  let free = name;
  for (let number = 1; taken.includes(free); number += 1) free = `${free}_${number}`;
  return free;
}

/** The data binding's own split, where there is one; Keras' `validation_split` else. */
function splitOf(training: Training): Split | null {
  return training.data?.split ?? null;
}

export function hasOwnSplit(training: Training): boolean {
  return splitOf(training) !== null;
}

/** Whether some rows are kept for validation. */
export function hasValidation(training: Training): boolean {
  const split = splitOf(training);
  if (split) return split.by === "column" || (split.validation ?? 0) > 0;
  return (training.fit?.validation_split ?? 0) > 0;
}

/** Share of the rows that is not trained with; of a split by a column only the server knows it. */
function heldOut({ by, validation = 0.2, test = 0.1 }: Split): number {
  return by === "column" ? 0 : validation + test;
}

/** Steps that a fit will take; null where the number of rows is not known. */
export function stepsOf(
  fit: Fit | undefined,
  rows: number | null | undefined,
  split: Split | null = null,
): { steps: number; epochs: number } | null {
  const epochs = Math.max(1, (fit?.epochs ?? 10) - (fit?.initial_epoch ?? 0));
  if (rows === null || rows === undefined || rows <= 0) return null;
  const held = split ? heldOut(split) : (fit?.validation_split ?? 0);
  const trained = Math.max(1, Math.floor(rows * (1 - held)));
  return { steps: Math.ceil(trained / (fit?.batch_size ?? 32)) * epochs, epochs };
}
