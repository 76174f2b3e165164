/** What one can ask of a document: calls of a layer, edges, paths, uses. Pure; answers are kept per model object. */

import type {
  Document,
  Layer,
  LayerId,
  Model,
  ModelId,
  NodeId,
  PortName,
  SourceText,
  Structure,
} from "./types";

/** `"encoder.state_h"` → `{node: "encoder", port: "state_h"}`. */
export function splitSource(source: SourceText): { readonly node: NodeId; readonly port: PortName | null } {
  const dot = source.indexOf(".");
  return dot < 0
    ? { node: source, port: null }
    : { node: source.slice(0, dot), port: source.slice(dot + 1) || null };
}

/** Remembers an answer as long as its subject lives; a changed document has other objects. */
function remembered<Subject extends object, Answer>(
  answer: (subject: Subject) => Answer,
): (subject: Subject) => Answer {
  const known = new WeakMap<Subject, Answer>();
  return (subject) => {
    let value = known.get(subject);
    if (value === undefined) {
      value = answer(subject);
      known.set(subject, value);
    }
    return value;
  };
}

const callsByLayer = remembered((model: Model): ReadonlyMap<LayerId, readonly NodeId[]> => {
  const calls = new Map<LayerId, NodeId[]>();
  for (const [id, node] of Object.entries(model.nodes)) {
    const known = calls.get(node.layer);
    if (known) known.push(id);
    else calls.set(node.layer, [id]);
  }
  return calls;
});

const NONE: readonly never[] = [];

/** Nodes that call a layer. More than one: its weights are shared. */
export function callsOf(model: Model, layer: LayerId): readonly NodeId[] {
  return callsByLayer(model).get(layer) ?? NONE;
}

export function isShared(model: Model, layer: LayerId): boolean {
  return callsOf(model, layer).length > 1;
}

export function layerOf(model: Model, node: NodeId): Layer | undefined {
  const layer = model.nodes[node]?.layer;
  return layer === undefined ? undefined : model.layers[layer];
}

export function typeOf(model: Model, node: NodeId): string {
  return layerOf(model, node)?.type ?? "";
}

/** Ids of a structure of ends in Keras' order (dicts by their sorted keys), each once. */
export function flattened(structure: Structure | null | undefined): readonly NodeId[] {
  if (structure === null || structure === undefined) return NONE;
  if (typeof structure === "string") return [structure];
  if (Array.isArray(structure)) return [...new Set(structure.flatMap(flattened))];
  const entries = Object.entries(structure).sort(([a], [b]) => (a < b ? -1 : 1));
  return [...new Set(entries.flatMap(([, part]) => flattened(part)))];
}

/** Ids of the model's Input nodes (or Output nodes) in its order, then sorted: their order as ports. */
export function inputsOf(model: Model): readonly NodeId[] {
  return endsOf(model).inputs;
}

export function outputsOf(model: Model): readonly NodeId[] {
  return endsOf(model).outputs;
}

const endsOf = remembered((model: Model) => {
  const inputs: NodeId[] = [];
  const outputs: NodeId[] = [];
  for (const id of Object.keys(model.nodes)) {
    const type = typeOf(model, id);
    if (type === "Input") inputs.push(id);
    else if (type === "Output") outputs.push(id);
  }
  return { inputs: ordered(inputs, model.inputs), outputs: ordered(outputs, model.outputs) };
});

function ordered(ends: NodeId[], structure: Structure | null | undefined): readonly NodeId[] {
  const first = flattened(structure).filter((id) => ends.includes(id));
  return [...first, ...ends.filter((id) => !first.includes(id)).sort()];
}

/** An edge as it is written: the source's port may be left out (its first), the target's may be an alias. */
export interface WrittenEdge {
  readonly source: NodeId;
  readonly sourcePort: PortName | null;
  readonly target: NodeId;
  readonly targetPort: PortName;
  /** Place among the port's sources; order counts. */
  readonly index: number;
}

export const writtenEdges = remembered((model: Model): readonly WrittenEdge[] => {
  const edges: WrittenEdge[] = [];
  for (const [target, node] of Object.entries(model.nodes)) {
    for (const [targetPort, sources] of Object.entries(node.inputs ?? {})) {
      sources.forEach((text, index) => {
        const { node: source, port: sourcePort } = splitSource(text);
        edges.push({ source, sourcePort, target, targetPort, index });
      });
    }
  }
  return edges;
});

interface Neighbours {
  readonly before: ReadonlyMap<NodeId, readonly NodeId[]>;
  readonly after: ReadonlyMap<NodeId, readonly NodeId[]>;
}

const neighbours = remembered((model: Model): Neighbours => {
  const before = new Map<NodeId, NodeId[]>();
  const after = new Map<NodeId, NodeId[]>();
  const add = (map: Map<NodeId, NodeId[]>, key: NodeId, value: NodeId) => {
    const known = map.get(key);
    if (!known) map.set(key, [value]);
    else if (!known.includes(value)) known.push(value);
  };
  for (const { source, target } of writtenEdges(model)) {
    add(before, target, source);
    add(after, source, target);
  }
  return { before, after };
});

/** Nodes that read this node's outputs. */
export function consumersOf(model: Model, node: NodeId): readonly NodeId[] {
  return neighbours(model).after.get(node) ?? NONE;
}

/** Nodes whose outputs this node reads. */
export function producersOf(model: Model, node: NodeId): readonly NodeId[] {
  return neighbours(model).before.get(node) ?? NONE;
}

function reachable(start: NodeId, next: (node: NodeId) => readonly NodeId[]): ReadonlySet<NodeId> {
  const seen = new Set<NodeId>();
  const open = [start];
  while (open.length > 0) {
    for (const node of next(open.pop()!)) {
      if (!seen.has(node)) {
        seen.add(node);
        open.push(node);
      }
    }
  }
  return seen;
}

/** Every node that a node's result reaches, itself not counted unless on a cycle. */
export function downstreamOf(model: Model, node: NodeId): ReadonlySet<NodeId> {
  return reachable(node, (id) => consumersOf(model, id));
}

export function upstreamOf(model: Model, node: NodeId): ReadonlySet<NodeId> {
  return reachable(node, (id) => producersOf(model, id));
}

/** Whether an edge from `source` to `target` would close a circle. */
export function wouldMakeCycle(model: Model, source: NodeId, target: NodeId): boolean {
  return source === target || downstreamOf(model, target).has(source);
}

/** The model that a layer calls: of a Model layer, also through TimeDistributed; else null. */
export function calledModel(model: Model, layer: LayerId): ModelId | null {
  const seen = new Set<LayerId>();
  let id: LayerId = layer;
  while (!seen.has(id)) {
    seen.add(id);
    const { type, config } = model.layers[id] ?? { type: "", config: undefined };
    if (type === "Model") return typeof config?.model === "string" ? config.model : null;
    if (typeof config?.layer !== "string") return null;
    id = config.layer;
  }
  return null;
}

/** Models whose layers call this definition directly. */
export function usedBy(document: Document, definition: ModelId): readonly ModelId[] {
  return Object.entries(document.models)
    .filter(([, model]) =>
      Object.values(model.layers).some(
        (layer) => layer.type === "Model" && layer.config?.model === definition,
      ),
    )
    .map(([id]) => id);
}

/** Whether a layer of `definition` inside `container` would make a model contain itself. */
export function wouldContainItself(document: Document, container: ModelId, definition: ModelId): boolean {
  const seen = new Set<ModelId>();
  const open = [definition];
  while (open.length > 0) {
    const id = open.pop()!;
    if (id === container) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const layer of Object.values(document.models[id]?.layers ?? {})) {
      if (layer.type === "Model" && typeof layer.config?.model === "string") open.push(layer.config.model);
    }
  }
  return false;
}

/** Ids of all nodes in an order in which every source comes before its targets; nodes on a cycle come last. */
export const inOrder = remembered((model: Model): readonly NodeId[] => {
  const waiting = new Map(
    Object.keys(model.nodes).map((id) => [id, producersOf(model, id).filter((p) => p in model.nodes).length]),
  );
  const ready = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  const order: NodeId[] = [];
  while (ready.length > 0) {
    const id = ready.shift()!;
    order.push(id);
    waiting.delete(id);
    for (const after of consumersOf(model, id)) {
      const count = waiting.get(after);
      if (count === undefined) continue;
      waiting.set(after, count - 1);
      if (count === 1) ready.push(after);
    }
  }
  return [...order, ...waiting.keys()];
});
