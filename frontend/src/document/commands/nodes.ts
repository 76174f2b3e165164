/** Commands on nodes: add, call again, duplicate, make independent, move, delete, rename. */

import type { JsonObject } from "../../schema";
import { command, refuse } from "../command";
import {
  withInputs,
  withKey,
  withLayer,
  withModel,
  withNode,
  withoutKeys,
  withPositions,
  withRenamedKey,
  withView,
} from "../edit";
import { isIdentifier, snakeCase, uniqueId } from "../names";
import { callsOf, isShared, layerOf, splitSource, wouldContainItself } from "../questions";
import type {
  Document,
  Layer,
  LayerId,
  Model,
  ModelId,
  Node,
  NodeId,
  PortName,
  Position,
  SourceText,
  Structure,
} from "../types";
import { withWrapped, wrappedBy, wrappersOf } from "../wrapped";
import { trainingWithOutput, trainingWithoutNodes, trainingWithRenamedNode } from "./training";

export interface AddLayerNode {
  readonly model: ModelId;
  readonly type: string;
  readonly config?: JsonObject;
  readonly position: Position;
  /** Layers that the config names and that come with it, by the id that it names them by. */
  readonly wraps?: { readonly [layer: LayerId]: Layer };
  /** What its ids are made from; the type's name where it is not given. */
  readonly name?: string;
  /** The new node's `port` reads this source. */
  readonly from?: { readonly source: SourceText; readonly port: PortName };
  /** This port reads the new node: in the place of the source at `index`, else behind the others. */
  readonly to?: { readonly node: NodeId; readonly port: PortName; readonly index?: number };
}

/** A new layer and its first call. */
export const addLayerNode = command("addLayerNode", (document: Document, args: AddLayerNode) => {
  const model = document.models[args.model];
  if (!model) return refuse("model.unknown", { model: args.model });
  const definition = args.type === "Model" ? args.config?.model : undefined;
  if (typeof definition === "string" && wouldContainItself(document, args.model, definition)) {
    return refuse("model.contains_itself", { model: definition });
  }
  const base = snakeCase(args.name ?? (typeof definition === "string" ? definition : args.type));
  const id = freeId(model, base);
  const hasConfig = args.config && Object.keys(args.config).length > 0;
  const { model: grown, renamed } = withNewLayers(model, args.wraps ?? {}, id);
  const layer = withWrapped(
    hasConfig ? { type: args.type, config: args.config } : { type: args.type },
    (name) => renamed.get(name) ?? name,
  );
  const node: Node = args.from
    ? { layer: id, inputs: { [args.from.port]: [args.from.source] } }
    : { layer: id };
  let next = withNode(withLayer(grown, id, layer), id, node);
  if (args.to) next = fed(next, args.to, id);
  const placed = withPositions(
    { ...document, models: withKey(document.models, args.model, next) },
    args.model,
    {
      [id]: args.position,
    },
  );
  const trained = args.type === "Output" ? trainingWithOutput(placed, args.model, id) : placed;
  return { document: trained, created: [id] };
});

/** Layers under free ids, none of them `taken`, naming each other by these. */
function withNewLayers(model: Model, added: { readonly [layer: LayerId]: Layer }, taken: string) {
  const renamed = new Map<LayerId, LayerId>();
  for (const name of Object.keys(added)) {
    const used = new Set([taken, ...renamed.values()]);
    renamed.set(
      name,
      uniqueId(name, (id) => id in model.nodes || id in model.layers || used.has(id)),
    );
  }
  let grown = model;
  for (const [name, layer] of Object.entries(added))
    grown = withLayer(
      grown,
      renamed.get(name)!,
      withWrapped(layer, (each) => renamed.get(each) ?? each),
    );
  return { model: grown, renamed };
}

function fed(model: Model, to: NonNullable<AddLayerNode["to"]>, source: SourceText): Model {
  const target = model.nodes[to.node];
  if (!target) return model;
  const sources = [...(target.inputs?.[to.port] ?? [])];
  if (to.index === undefined) sources.push(source);
  else sources[to.index] = source;
  return withNode(model, to.node, withInputs(target, { ...target.inputs, [to.port]: sources }));
}

/** Free as a node's id and as a layer's, so that both can have the same. */
export function freeId(model: Model, base: string): string {
  return uniqueId(base, (id) => id in model.nodes || id in model.layers);
}

const ONCE = new Set(["Input", "Output"]);

/** Another node of the same layer: it shares the weights. */
export const callAgain = command(
  "callAgain",
  (document: Document, args: { model: ModelId; node: NodeId; position?: Position }) => {
    const model = document.models[args.model];
    const node = model?.nodes[args.node];
    if (!model || !node) return refuse("node.unknown", { node: args.node });
    if (ONCE.has(layerOf(model, args.node)?.type ?? ""))
      return refuse("layer.called_once", { node: args.node });
    const id = freeId(model, args.node);
    const changed = withModel(document, args.model, (before) => withNode(before, id, { layer: node.layer }));
    const position = args.position ?? beside(document, args.model, args.node);
    return { document: withPositions(changed, args.model, { [id]: position }), created: [id] };
  },
);

function beside(document: Document, model: ModelId, node: NodeId): Position {
  const [x, y] = document.view?.[model]?.nodes?.[node] ?? [0, 0];
  return [x + 32, y + 112];
}

/** This node gets its own copy of the layer: same config, own weights. */
export const makeIndependent = command(
  "makeIndependent",
  (document: Document, args: { model: ModelId; node: NodeId }) => {
    const model = document.models[args.model];
    const node = model?.nodes[args.node];
    const layer = model && node ? model.layers[node.layer] : undefined;
    if (!model || !node || !layer) return refuse("node.unknown", { node: args.node });
    if (!isShared(model, node.layer)) return refuse("layer.not_shared", { node: args.node });
    const id = args.node in model.layers ? freeId(model, args.node) : args.node;
    return {
      document: withModel(document, args.model, (before) =>
        withNode(withLayer(before, id, layer), args.node, { ...node, layer: id }),
      ),
    };
  },
);

export const moveNodes = command(
  "moveNodes",
  (document: Document, args: { model: ModelId; positions: { readonly [node: NodeId]: Position } }) => ({
    document: withPositions(document, args.model, args.positions),
  }),
);

/** Like moving, under its own name in the log. */
export const arrange = command(
  "arrange",
  (document: Document, args: { model: ModelId; positions: { readonly [node: NodeId]: Position } }) => ({
    document: withPositions(document, args.model, args.positions),
  }),
);

/** Edges go with their nodes; a layer goes with its last node, and so does what only it wrapped. */
export const deleteNodes = command(
  "deleteNodes",
  (document: Document, args: { model: ModelId; nodes: readonly NodeId[] }) => {
    const gone = new Set(args.nodes.filter((id) => document.models[args.model]?.nodes[id]));
    if (gone.size === 0) return refuse("selection.empty");
    let next = withModel(document, args.model, (model) => withoutNodes(model, gone));
    if (next.view?.[args.model]?.nodes) {
      next = withView(next, args.model, (view) => ({ ...view, nodes: withoutKeys(view.nodes, gone) }));
    }
    return { document: trainingWithoutNodes(next, args.model, gone) };
  },
);

export function withoutNodes(model: Model, gone: ReadonlySet<NodeId>): Model {
  const nodes: Record<NodeId, Node> = {};
  for (const [id, node] of Object.entries(model.nodes)) {
    if (!gone.has(id)) nodes[id] = withoutSources(node, gone);
  }
  const touched = new Set([...gone].map((id) => model.nodes[id]?.layer ?? ""));
  return withoutOrphans({ ...model, nodes }, touched);
}

function withoutSources(node: Node, gone: ReadonlySet<NodeId>): Node {
  const isFed = Object.values(node.inputs ?? {}).some((sources) =>
    sources.some((text) => gone.has(splitSource(text).node)),
  );
  if (!isFed) return node;
  return withInputs(
    node,
    Object.fromEntries(
      Object.entries(node.inputs ?? {}).map(([port, sources]) => [
        port,
        sources.filter((text) => !gone.has(splitSource(text).node)),
      ]),
    ),
  );
}

/** Of the `touched` layers, those that no node calls and no layer wraps are dropped. */
export function withoutOrphans(model: Model, touched: ReadonlySet<LayerId>): Model {
  let current = model;
  const open = [...touched];
  while (open.length > 0) {
    const id = open.pop()!;
    const layer = current.layers[id];
    if (!layer || callsOf(current, id).length > 0 || wrappersOf(current, id).length > 0) continue;
    current = { ...current, layers: withoutKeys(current.layers, new Set([id])) };
    open.push(...wrappedBy(layer));
  }
  return current;
}

/** A new id, everywhere: edges, positions, training, and the ports of model layers where it is an Input or Output. */
export const renameNode = command(
  "renameNode",
  (document: Document, args: { model: ModelId; node: NodeId; to: NodeId }) => {
    const { node: from, to } = args;
    const model = document.models[args.model];
    const node = model?.nodes[from];
    if (!model || !node) return refuse("node.unknown", { node: from });
    if (to === from) return { document };
    if (!isIdentifier(to)) return refuse("id.invalid", { id: to });
    if (to in model.nodes) return refuse("id.taken", { id: to });
    const type = layerOf(model, from)?.type;
    // An only node that bears its layer's name keeps doing so.
    const isNamesake = node.layer === from && callsOf(model, from).length === 1 && !(to in model.layers);
    let next = withModel(document, args.model, (before) => {
      const nodes: Record<NodeId, Node> = {};
      for (const [id, value] of Object.entries(before.nodes))
        nodes[id === from ? to : id] = withRenamedSource(value, from, to);
      const renamed = withRenamedEnd({ ...before, nodes }, from, to);
      return isNamesake ? withRenamedLayer(renamed, from, to) : renamed;
    });
    if (next.view?.[args.model]?.nodes) {
      next = withView(next, args.model, (view) => ({ ...view, nodes: withRenamedKey(view.nodes, from, to) }));
    }
    if (type === "Input" || type === "Output") next = withRenamedModelPort(next, args.model, from, to, type);
    return { document: trainingWithRenamedNode(next, args.model, from, to) };
  },
);

function withRenamedSource(node: Node, from: NodeId, to: NodeId): Node {
  const rename = (text: SourceText): SourceText => {
    const source = splitSource(text);
    if (source.node !== from) return text;
    return source.port ? `${to}.${source.port}` : to;
  };
  if (!Object.values(node.inputs ?? {}).some((sources) => sources.some((text) => rename(text) !== text)))
    return node;
  return {
    ...node,
    inputs: Object.fromEntries(
      Object.entries(node.inputs ?? {}).map(([port, sources]) => [port, sources.map(rename)]),
    ),
  };
}

/** The order of a model's ends speaks of them by id. */
function withRenamedEnd(model: Model, from: NodeId, to: NodeId): Model {
  const rename = (part: Structure): Structure => {
    if (typeof part === "string") return part === from ? to : part;
    if (Array.isArray(part)) return part.map(rename);
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, rename(value)]));
  };
  return {
    ...model,
    ...(model.inputs && { inputs: rename(model.inputs) }),
    ...(model.outputs && { outputs: rename(model.outputs) }),
  };
}

function withRenamedLayer(model: Model, from: LayerId, to: LayerId): Model {
  return {
    ...model,
    layers: Object.fromEntries(
      Object.entries(model.layers).map(([id, layer]) => [
        id === from ? to : id,
        withWrapped(layer, (name) => (name === from ? to : name)),
      ]),
    ),
    nodes: Object.fromEntries(
      Object.entries(model.nodes).map(([id, node]) => [
        id,
        node.layer === from ? { ...node, layer: to } : node,
      ]),
    ),
  };
}

/** An Input's or Output's id is a port of every layer that calls the model (directly or wrapped). */
function withRenamedModelPort(
  document: Document,
  definition: ModelId,
  from: string,
  to: string,
  type: "Input" | "Output",
): Document {
  let next = document;
  for (const [id, model] of Object.entries(document.models)) {
    const callers = new Set<NodeId>();
    const layers = new Set(
      Object.entries(model.layers)
        .filter(([, layer]) => layer.type === "Model" && layer.config?.model === definition)
        .map(([layer]) => layer),
    );
    if (layers.size === 0) continue;
    for (const [layer, { config }] of Object.entries(model.layers)) {
      if (typeof config?.layer === "string" && layers.has(config.layer)) layers.add(layer);
    }
    for (const [node, { layer }] of Object.entries(model.nodes)) if (layers.has(layer)) callers.add(node);
    next = withModel(next, id, (before) => ({
      ...before,
      nodes: Object.fromEntries(
        Object.entries(before.nodes).map(([node, value]) => [
          node,
          type === "Input"
            ? callers.has(node) && value.inputs && from in value.inputs
              ? { ...value, inputs: withRenamedKey(value.inputs, from, to) }
              : value
            : withRenamedSourcePort(value, callers, from, to),
        ]),
      ),
    }));
  }
  return next;
}

function withRenamedSourcePort(node: Node, callers: ReadonlySet<NodeId>, from: PortName, to: PortName): Node {
  const rename = (text: SourceText): SourceText => {
    const source = splitSource(text);
    return callers.has(source.node) && source.port === from ? `${source.node}.${to}` : text;
  };
  if (!node.inputs) return node;
  return {
    ...node,
    inputs: Object.fromEntries(
      Object.entries(node.inputs).map(([port, sources]) => [port, sources.map(rename)]),
    ),
  };
}

/** A new id for a layer; its nodes keep theirs. */
export const renameLayer = command(
  "renameLayer",
  (document: Document, args: { model: ModelId; layer: LayerId; to: LayerId }) => {
    const model = document.models[args.model];
    if (!model?.layers[args.layer]) return refuse("layer.unknown", { layer: args.layer });
    if (args.to === args.layer) return { document };
    if (!isIdentifier(args.to)) return refuse("id.invalid", { id: args.to });
    if (args.to in model.layers) return refuse("id.taken", { id: args.to });
    return {
      document: withModel(document, args.model, (before) => withRenamedLayer(before, args.layer, args.to)),
    };
  },
);

/** Free text beside the id, in any language. */
export const setLabel = command(
  "setLabel",
  (document: Document, args: { model: ModelId; node: NodeId; label: string }) => {
    const node = document.models[args.model]?.nodes[args.node];
    if (!node) return refuse("node.unknown", { node: args.node });
    const { label: _before, ...rest } = node;
    const label = args.label.slice(0, 200);
    return {
      document: withModel(document, args.model, (model) =>
        withNode(model, args.node, label ? { ...rest, label } : rest),
      ),
    };
  },
  (args) => `${args.model}.${args.node}`,
);
