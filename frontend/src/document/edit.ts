/** Immutable edits of a document that commands are made of. Unchanged parts keep their identity. */

import type {
  Document,
  Layer,
  LayerId,
  Model,
  ModelId,
  ModelView,
  Node,
  NodeId,
  Position,
  Training,
} from "./types";

type Dictionary<Value> = { readonly [key: string]: Value };

export function withKey<Value>(
  dictionary: Dictionary<Value> | undefined,
  key: string,
  value: Value,
): Dictionary<Value> {
  return { ...dictionary, [key]: value };
}

export function withoutKeys<Value>(
  dictionary: Dictionary<Value> | undefined,
  keys: ReadonlySet<string>,
): Dictionary<Value> {
  return Object.fromEntries(Object.entries(dictionary ?? {}).filter(([key]) => !keys.has(key)));
}

/** The same entries in the same order, one of them under another key. */
export function withRenamedKey<Value>(
  dictionary: Dictionary<Value> | undefined,
  from: string,
  to: string,
): Dictionary<Value> {
  return Object.fromEntries(
    Object.entries(dictionary ?? {}).map(([key, value]) => [key === from ? to : key, value]),
  );
}

export function withModel(document: Document, model: ModelId, change: (model: Model) => Model): Document {
  const before = document.models[model];
  if (!before) return document;
  const after = change(before);
  return after === before ? document : { ...document, models: withKey(document.models, model, after) };
}

export function withLayer(model: Model, layer: LayerId, value: Layer): Model {
  return { ...model, layers: withKey(model.layers, layer, value) };
}

export function withNode(model: Model, node: NodeId, value: Node): Model {
  return { ...model, nodes: withKey(model.nodes, node, value) };
}

export function withView(
  document: Document,
  model: ModelId,
  change: (view: ModelView) => ModelView,
): Document {
  return { ...document, view: { ...document.view, [model]: change(document.view?.[model] ?? {}) } };
}

export function withPositions(
  document: Document,
  model: ModelId,
  positions: { readonly [node: NodeId]: Position },
): Document {
  const rounded = Object.fromEntries(
    Object.entries(positions).map(([node, [x, y]]) => [node, [Math.round(x), Math.round(y)] as const]),
  );
  return withView(document, model, (view) => ({ ...view, nodes: { ...view.nodes, ...rounded } }));
}

export function withTraining(document: Document, change: (training: Training) => Training): Document {
  return { ...document, training: change(document.training ?? {}) };
}

/** `inputs` without ports that have no edge; undefined when nothing is wired. */
export function withoutEmptyPorts(inputs: Node["inputs"]): Node["inputs"] {
  const wired = Object.entries(inputs ?? {}).filter(([, sources]) => sources.length > 0);
  return wired.length > 0 ? Object.fromEntries(wired) : undefined;
}

/** A node with these inputs; the key is left out where nothing is wired. */
export function withInputs(node: Node, inputs: Node["inputs"]): Node {
  const { inputs: _before, ...rest } = node;
  const wired = withoutEmptyPorts(inputs);
  return wired ? { ...rest, inputs: wired } : rest;
}
