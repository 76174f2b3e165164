/** One sample to predict: which values it needs, and how they are sent. Pure. */

import { columnsOf } from "../../document/proposals";
import { calledModel, inputsOf } from "../../document/questions";
import { type Document, MAIN } from "../../document/types";
import type { Column, Dataset, Json } from "../../schema";
import type { PredictRequest } from "../../schema/measured";

export type Sample = { readonly [name: string]: Json };

export type FieldKind = "choice" | "number" | "text" | "drawing" | "file" | "json";

export interface SampleField {
  /** A column; an input where the run has no columns. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly choices: readonly (string | number)[];
  readonly shape: readonly number[];
  /** Inputs that take it. */
  readonly inputs: readonly string[];
}

export interface SampleForm {
  readonly fields: readonly SampleField[];
  /** By column: raw values that the run's encoders encode. Else by input, as they go into the model. */
  readonly isByColumn: boolean;
}

/** What a sample of this run consists of. `dataset`: undefined where it is gone or was generated. */
export function sampleForm(document: Document, dataset: Dataset | undefined): SampleForm {
  const training = document.training ?? {};
  const model = document.models[training.model ?? MAIN];
  const inputs = model === undefined ? [] : inputsOf(model);
  const isByColumn = dataset !== undefined && dataset.columns.length > 0;
  if (!isByColumn) {
    const shapeOf = (id: string): readonly number[] => {
      const shape = model?.layers[model.nodes[id]?.layer ?? ""]?.config?.shape;
      return Array.isArray(shape) ? shape.map((size: Json) => (typeof size === "number" ? size : 1)) : [];
    };
    return {
      isByColumn,
      fields: inputs.map((id) => {
        const shape = shapeOf(id);
        return { name: id, kind: isDrawing(shape) ? "drawing" : "json", choices: [], shape, inputs: [id] };
      }),
    };
  }
  const taken = new Map<string, string[]>();
  for (const id of inputs) {
    const binding = training.data?.inputs?.[id];
    for (const name of binding === undefined ? [id] : columnsOf(binding))
      taken.set(name, [...(taken.get(name) ?? []), id]);
  }
  return {
    isByColumn,
    fields: [...taken].map(([name, users]) => {
      const column = dataset.columns.find((one) => one.name === name);
      return {
        name,
        kind: kindOf(column),
        choices: column?.kind === "category" ? (column.classes ?? []) : [],
        shape: column?.shape ?? [],
        inputs: users,
      };
    }),
  };
}

function kindOf(column: Column | undefined): FieldKind {
  switch (column?.kind as string | undefined) {
    case "category":
      return (column?.classes ?? []).length > 0 ? "choice" : "text";
    case "number":
    case "integer":
      return (column?.shape ?? []).length > 0 ? "json" : "number";
    case "text":
    case "time":
      return "text";
    case "image":
    case "audio":
      return "file";
    default:
      return isDrawing(column?.shape ?? []) ? "drawing" : "json";
  }
}

const SMALLEST = 4;
const LARGEST = 64;

/** Grey pictures small enough to be drawn cell by cell: (height, width) or (height, width, 1). */
export function isDrawing(shape: readonly number[]): boolean {
  const [height = 0, width = 0, channels = 1] = shape;
  const fits = (size: number) => size >= SMALLEST && size <= LARGEST;
  return (shape.length === 2 || (shape.length === 3 && channels === 1)) && fits(height) && fits(width);
}

/** More are not offered: a list of thousands helps nobody. */
const MOST_INNER = 500;

/** Nodes whose outputs can be asked for; those within a model node by path: `vision/dense`. */
export function innerNodes(document: Document): string[] {
  const found: string[] = [];
  const enter = (id: string, prefix: string, outer: readonly string[]) => {
    const model = document.models[id];
    if (model === undefined || outer.includes(id)) return;
    for (const [node, { layer }] of Object.entries(model.nodes)) {
      const type = model.layers[layer]?.type;
      if (type === "Input" || type === "Output" || found.length >= MOST_INNER) continue;
      found.push(prefix + node);
      const called = type === "Model" ? calledModel(model, layer) : null;
      if (called !== null) enter(called, `${prefix}${node}/`, [...outer, id]);
    }
  };
  enter(document.training?.model ?? MAIN, "", []);
  return found;
}

/** null while a value is missing. `nodes`: inner nodes whose outputs are wanted too. */
export function requestOf(form: SampleForm, sample: Sample, nodes: readonly string[]): PredictRequest | null {
  const values = form.fields.map(({ name }) => [name, sample[name]] as const);
  if (values.some(([, value]) => value === undefined || value === null || value === "")) return null;
  const inner = nodes.length > 0 ? { nodes } : {};
  const row = Object.fromEntries(values) as { [name: string]: Json };
  if (form.isByColumn) return { rows: [row], ...inner };
  return {
    inputs: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, [value]])),
    ...inner,
  };
}

/** A value of nothing, in the field's shape, for runs without a data set to take a row of. */
export function emptySample(form: SampleForm): Sample {
  return Object.fromEntries(form.fields.map(({ name, shape }) => [name, zeros(shape)]));
}

function zeros(shape: readonly number[]): Json {
  const [size, ...rest] = shape;
  return size === undefined ? 0 : Array.from({ length: size }, () => zeros(rest));
}

/** Rows of numbers, whatever the drawing's third axis is. */
export function pixelsOf(value: Json | undefined, shape: readonly number[]): number[][] {
  const [height = 0, width = 0] = shape;
  const rows = Array.isArray(value) ? value : [];
  return Array.from({ length: height }, (_, y) => {
    const row: Json = rows[y] ?? [];
    return Array.from({ length: width }, (_, x) => {
      const cell: Json = Array.isArray(row) ? (row[x] ?? 0) : 0;
      const number: Json = Array.isArray(cell) ? (cell[0] ?? 0) : cell;
      return typeof number === "number" ? number : 0;
    });
  });
}

export function fromPixels(pixels: readonly (readonly number[])[], shape: readonly number[]): Json {
  return pixels.map((row) => (shape.length === 3 ? row.map((value) => [value]) : [...row]));
}

/** One press of the brush: the cell in full, its neighbours in half, as a pen leaves it. 0 wipes the cell. */
export function painted(
  pixels: readonly (readonly number[])[],
  x: number,
  y: number,
  ink: number,
): number[][] {
  return pixels.map((row, py) =>
    row.map((value, px) => {
      const distance = Math.abs(px - x) + Math.abs(py - y);
      if (distance === 0) return ink;
      return distance === 1 && ink > 0 ? Math.max(value, ink / 2) : value;
    }),
  );
}
