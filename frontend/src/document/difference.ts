/** What differs between documents, thing by thing and field by field; how it is said is not known here. Pure. */

import type { Json, JsonObject } from "../schema";
import { type Document, MAIN, type Model, type Typed } from "./types";

/** What a difference is in. `id` of a layer or a node in another model than the main one: `vision/conv`. */
export type Subject =
  | { readonly kind: "layer" | "node" | "model" | "output" | "callback"; readonly id: string }
  | { readonly kind: "optimizer" | "data" | "fit" | "training" };

export interface Difference {
  readonly subject: Subject;
  /** A field of its config; `type` of what is chosen by type, `inputs.<port>` of a node. */
  readonly field: string;
  /** One for each document; undefined where it has no such thing. */
  readonly values: readonly (Json | undefined)[];
}

/** A field's value where a config does not say. */
export type Fallback = (
  kind: "layer" | "optimizer" | "callback",
  type: string,
  field: string,
) => Json | undefined;

/** What `fit` does where it is not told otherwise; Keras' defaults. */
const FIT: JsonObject = {
  epochs: 10,
  batch_size: 32,
  validation_split: 0,
  shuffle: true,
  steps_per_epoch: null,
  validation_steps: null,
  validation_freq: 1,
  class_weight: {},
  initial_epoch: 0,
  device: "auto",
  precision: "float32",
};

interface Entry {
  readonly subject: Subject;
  readonly field: string;
  readonly value: Json | undefined;
}

/** In the order of the first document, then what only later ones have; what is visual only is left out. */
export function differencesOf(
  documents: readonly Document[],
  fallback: Fallback = () => undefined,
): readonly Difference[] {
  const places = new Map<string, { subject: Subject; field: string; values: (Json | undefined)[] }>();
  documents.forEach((document, index) => {
    for (const { subject, field, value } of entriesOf(document)) {
      const key = `${keyOf(subject)} ${field}`;
      let place = places.get(key);
      if (!place) {
        place = { subject, field, values: new Array(documents.length).fill(undefined) };
        places.set(key, place);
      }
      place.values[index] = value;
    }
  });
  const filled = [...places.values()].map((place) => ({
    ...place,
    values: withFallback(place, places, fallback),
  }));
  const different = filled.filter(({ values }) => values.some((value) => !isSame(value, values[0])));
  return withoutConsequences(different);
}

function keyOf(subject: Subject): string {
  return "id" in subject ? `${subject.kind} ${subject.id}` : subject.kind;
}

/** A field that one document sets and another leaves at its default differs only where the values do. */
function withFallback(
  { subject, field, values }: Difference,
  places: ReadonlyMap<string, Difference>,
  fallback: Fallback,
): readonly (Json | undefined)[] {
  if (subject.kind === "fit") return values.map((value) => (value === undefined ? FIT[field] : value));
  const { kind } = subject;
  if (kind !== "layer" && kind !== "optimizer" && kind !== "callback") return values;
  const types = places.get(`${keyOf(subject)} type`)?.values ?? [];
  return values.map((value, index) => {
    const type = types[index];
    return value === undefined && typeof type === "string" ? fallback(kind, type, field) : value;
  });
}

/** Where a thing has another type, or is not there, its fields differ for that reason alone. */
function withoutConsequences(differences: readonly Difference[]): readonly Difference[] {
  const retyped = new Set(
    differences.filter(({ field }) => field === "type").map(({ subject }) => keyOf(subject)),
  );
  const isGone = ({ values }: Difference) => values.some((value) => value === undefined);
  const gone = new Set(
    differences.filter((each) => each.field === "layer" && isGone(each)).map(({ subject }) => keyOf(subject)),
  );
  return differences.filter(({ subject, field }) => {
    const key = keyOf(subject);
    if (retyped.has(key)) return field === "type";
    if (subject.kind !== "node" || !gone.has(key)) return true;
    // A node that came with its layer is no news beside the layer.
    return field === "layer" && !retyped.has(`layer ${subject.id}`);
  });
}

function* entriesOf(document: Document): Generator<Entry> {
  for (const [id, model] of Object.entries(document.models)) yield* entriesOfModel(id, model);
  const { training } = document;
  if (!training) return;
  const { model, data, optimizer, outputs, fit, ...rest } = training;
  yield { subject: { kind: "training" }, field: "model", value: model ?? MAIN };
  for (const [field, value] of Object.entries(rest)) {
    if (value !== null) yield { subject: { kind: "training" }, field, value: value as Json };
  }
  yield* entriesOfTyped({ kind: "optimizer" }, optimizer ?? undefined);
  for (const [id, { loss, loss_weight, ...more }] of Object.entries(outputs ?? {})) {
    const subject = { kind: "output", id } as const;
    yield { subject, field: "loss", value: (loss ?? null) as Json };
    yield { subject, field: "loss_weight", value: loss_weight ?? 1 };
    for (const [field, value] of Object.entries(more)) yield { subject, field, value: value as Json };
  }
  for (const [field, value] of Object.entries(data ?? {})) {
    if (field !== "inputs" && field !== "targets" && field !== "sample_weights") {
      yield { subject: { kind: "data" }, field, value: value as Json };
      continue;
    }
    for (const [end, column] of Object.entries(value as JsonObject)) {
      yield { subject: { kind: "data" }, field: `${field}.${end}`, value: column };
    }
  }
  const { callbacks = [], ...fields } = fit ?? {};
  for (const [field, value] of Object.entries(fields)) {
    yield { subject: { kind: "fit" }, field, value: value as Json };
  }
  const seen = new Map<string, number>();
  for (const callback of callbacks) {
    const count = (seen.get(callback.type) ?? 0) + 1;
    seen.set(callback.type, count);
    const id = count === 1 ? callback.type : `${callback.type} ${count}`;
    yield* entriesOfTyped({ kind: "callback", id }, callback);
  }
}

function* entriesOfModel(id: string, model: Model): Generator<Entry> {
  const within = (name: string) => (id === MAIN ? name : `${id}/${name}`);
  for (const [layer, typed] of Object.entries(model.layers)) {
    yield* entriesOfTyped({ kind: "layer", id: within(layer) }, typed);
  }
  for (const [node, { layer, inputs }] of Object.entries(model.nodes)) {
    const subject = { kind: "node", id: within(node) } as const;
    yield { subject, field: "layer", value: layer };
    for (const [port, sources] of Object.entries(inputs ?? {})) {
      if (sources.length > 0) yield { subject, field: `inputs.${port}`, value: sources };
    }
  }
  if (model.trainable === false) yield { subject: { kind: "model", id }, field: "trainable", value: false };
}

function* entriesOfTyped(subject: Subject, typed: Typed | undefined): Generator<Entry> {
  if (typed === undefined) return;
  yield { subject, field: "type", value: typed.type };
  for (const [field, value] of Object.entries(typed.config ?? {})) yield { subject, field, value };
}

function isSame(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [a, b] = [left as { readonly [key: string]: Json }, right as { readonly [key: string]: Json }];
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && isSame(a[key], b[key]));
}
