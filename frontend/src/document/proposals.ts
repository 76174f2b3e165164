/** What suits a model and a data set: columns for its inputs and outputs, losses for its outputs. Pure. */

import type { Column, Dataset, Spec } from "../schema";
import { batch, type Command } from "./command";
import { bindColumn, setData, setOutputTraining } from "./commands/training";
import type { ColumnBinding, DataBinding, Training } from "./types";

export interface End {
  readonly id: string;
  /** null while the check doesn't know it. */
  readonly spec: Spec | null;
}

/** A data set that makes rows to fit any model: its columns are the model's own inputs and outputs. */
export function fitsAnyModel(dataset: Dataset): boolean {
  return dataset.kind === "generated" && dataset.columns.length === 0;
}

/** Keeps what is bound to a column that exists; fills the rest by name, then by shape, each column used once. */
export function proposeBinding(
  dataset: Dataset,
  inputs: readonly End[],
  outputs: readonly End[],
  current: DataBinding | null | undefined,
): DataBinding {
  if (fitsAnyModel(dataset)) {
    const own = (ends: readonly End[]) => Object.fromEntries(ends.map(({ id }) => [id, id]));
    return { dataset: dataset.id, inputs: own(inputs), targets: own(outputs) };
  }
  const used = new Set<string>();
  const names = new Set(dataset.columns.map((column) => column.name));
  const kept = (ends: readonly End[], bound: DataBinding["inputs"]) => {
    const result = new Map<string, ColumnBinding>();
    for (const { id } of ends) {
      const binding = bound?.[id];
      const columns = binding === undefined ? [] : columnsOf(binding);
      if (columns.length > 0 && columns.every((name) => names.has(name))) {
        result.set(id, binding as ColumnBinding);
        for (const name of columns) used.add(name);
      } else if (names.has(id)) {
        result.set(id, id);
        used.add(id);
      }
    }
    return result;
  };
  const inputColumns = kept(inputs, current?.inputs);
  const targetColumns = kept(outputs, current?.targets);
  const fill = (
    ends: readonly End[],
    result: Map<string, ColumnBinding>,
    choose: (free: readonly Column[], end: End) => Column | undefined,
  ) => {
    for (const end of ends) {
      if (result.has(end.id)) continue;
      const column = choose(
        dataset.columns.filter(({ name }) => !used.has(name)),
        end,
      );
      if (column === undefined) continue;
      result.set(end.id, column.name);
      used.add(column.name);
    }
  };
  fill(inputs, inputColumns, (free, { spec }) => free.find((column) => sameShape(column, spec)));
  fill(outputs, targetColumns, likelyTarget);
  const split = current?.split;
  const isSplitKept =
    split && (split.column === null || split.column === undefined || names.has(split.column));
  const weights = Object.entries(current?.sample_weights ?? {}).filter(([, column]) => names.has(column));
  return {
    dataset: dataset.id,
    inputs: Object.fromEntries(inputColumns),
    targets: Object.fromEntries(targetColumns),
    ...(weights.length > 0 && { sample_weights: Object.fromEntries(weights) }),
    ...(isSplitKept && { split }),
  };
}

export function columnsOf(binding: ColumnBinding): readonly string[] {
  const columns = typeof binding === "object" && "columns" in binding ? binding.columns : binding;
  if (typeof columns === "string") return columns === "" ? [] : [columns];
  return columns;
}

/** Sizes of one sample, or null where the spec is not known, a bundle, or open on an axis. */
function sizesOf(spec: Spec | null): readonly number[] | null {
  if (spec === null || "bundle" in spec) return null;
  const sizes = spec.shape.slice(1);
  return sizes.every((size): size is number => size !== null) ? sizes : null;
}

function sameShape(column: Column, spec: Spec | null): boolean {
  const sizes = sizesOf(spec);
  return sizes !== null && JSON.stringify(sizes) === JSON.stringify(column.shape);
}

const TARGET_NAMES = /^_*(target|label|class|y|outcome|diagnosis|species|quality|price)_*$/i;

/** Among several plain numbers none is likelier than another, unless its name says so: then none is chosen. */
function likelyTarget(free: readonly Column[], end: End): Column | undefined {
  const fitting = free.filter((column) => isTargetFor(column, end));
  const telling = fitting.find((column) => column.classes !== null || column.shape.length > 0);
  const named = fitting.find(({ name }) => TARGET_NAMES.test(name));
  return named ?? telling ?? (fitting.length === 1 ? fitting[0] : undefined);
}

/** A single unit takes a number or two classes, several units as many classes; else the shapes must be equal. */
function isTargetFor(column: Column, end: End): boolean {
  const units = sizesOf(end.spec);
  if (units === null || column.kind === "text") return false;
  if (sameShape(column, end.spec)) return true;
  if (units.length !== 1 || column.shape.length > 0) return false;
  const classes = column.classes?.length ?? 0;
  return units[0] === 1 ? classes === 0 || classes === 2 : classes === units[0];
}

/** The loss that suits an output's width and its target; null where neither is known. */
export function proposeLoss(end: End, target: Column | undefined): string | null {
  const sizes = sizesOf(end.spec);
  if (sizes === null) return null;
  const units = sizes.at(-1) ?? 1;
  const classes = target?.classes?.length ?? 0;
  if (units === 1) return classes === 2 ? "binary_crossentropy" : "mean_squared_error";
  if (classes > 1) return "sparse_categorical_crossentropy";
  return "mean_squared_error";
}

/** Metrics that people read beside such a loss. */
export function proposeMetrics(loss: string | null): readonly string[] {
  if (loss === null) return [];
  return loss.endsWith("crossentropy") ? ["accuracy"] : ["mean_absolute_error"];
}

/** Another data set, with columns and, where none was chosen, losses that suit it: one step. */
export function chooseDataset(
  dataset: Dataset,
  inputs: readonly End[],
  outputs: readonly End[],
  training: Training,
): Command {
  const data = proposeBinding(dataset, inputs, outputs, training.data);
  const losses = outputs.flatMap((output) => {
    const bound = data.targets?.[output.id];
    return bound === undefined ? [] : lossFor(output, bound, dataset, training);
  });
  return batch("chooseDataset", [setData({ data }), ...losses]);
}

/** A target's column, with the loss that suits it where none was chosen: one step. */
export function bindTarget(
  output: End,
  column: ColumnBinding | null,
  dataset: Dataset | undefined,
  training: Training,
): Command {
  const bound = bindColumn({ side: "targets", node: output.id, column });
  return batch("bindTarget", [bound, ...(column === null ? [] : lossFor(output, column, dataset, training))]);
}

function lossFor(
  output: End,
  column: ColumnBinding,
  dataset: Dataset | undefined,
  training: Training,
): readonly Command[] {
  if ((training.outputs?.[output.id]?.loss ?? null) !== null) return [];
  const loss = proposeLoss(
    output,
    dataset?.columns.find(({ name }) => name === columnsOf(column)[0]),
  );
  if (loss === null) return [];
  return [setOutputTraining({ output: output.id, patch: { loss, metrics: [...proposeMetrics(loss)] } })];
}
