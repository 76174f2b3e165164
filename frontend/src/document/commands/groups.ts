/** Turns a selection into a model that is called where the selection stood. */

import type { Spec } from "../../schema";
import { type Command, command, refuse } from "../command";
import { withInputs, withKey, withoutKeys, withPositions, withView } from "../edit";
import { isIdentifier, snakeCase, uniqueId } from "../names";
import { type Edge, edgesOf, type PortLookup, sourceText } from "../ports";
import { callsOf, consumersOf, downstreamOf, typeOf } from "../questions";
import type { Document, Layer, LayerId, Model, ModelId, Node, NodeId, Position } from "../types";
import { wrappedBy, wrappersOf } from "../wrapped";
import { freeId } from "./nodes";

export interface GroupIntoModel {
  readonly model: ModelId;
  readonly nodes: readonly NodeId[];
  readonly name: string;
}

/** What the group needs to know of the model around it: its ports, and the specs of what comes in. */
export interface Surroundings {
  readonly ports: PortLookup;
  readonly specOf: (node: NodeId, port: string) => Spec | undefined;
}

/** Tensors that come from outside become Inputs, tensors that are read outside become Outputs. */
export function groupIntoModel(args: GroupIntoModel, around: Surroundings): Command {
  return command("groupIntoModel", (document: Document, { model: modelId, nodes, name }: GroupIntoModel) => {
    const model = document.models[modelId];
    if (!model) return refuse("model.unknown", { model: modelId });
    const chosen = new Set(nodes.filter((id) => model.nodes[id]));
    const refusal = refusalOfGroup(model, chosen);
    if (refusal) return refusal;
    const definition = uniqueId(snakeCase(name), (id) => id in document.models);
    if (!isIdentifier(definition)) return refuse("id.invalid", { id: definition });
    const { inner, entries, exits, positions } = innerModel(document, modelId, model, chosen, around);
    const caller = freeId(
      { ...model, nodes: withoutKeys(model.nodes, chosen) as Model["nodes"] },
      definition,
    );
    const outer = outerModel(model, chosen, caller, definition, entries, exits, around.ports);
    const [x, y] = middle(document, modelId, chosen);
    let next: Document = {
      ...document,
      models: { ...withKey(document.models, modelId, outer), [definition]: inner },
    };
    next = withView(next, modelId, (view) => ({ ...view, nodes: withoutKeys(view.nodes, chosen) }));
    next = withPositions(next, modelId, { [caller]: [x, y] });
    return { document: withPositions(next, definition, positions), created: [caller], model: definition };
  })(args);
}

function refusalOfGroup(model: Model, chosen: ReadonlySet<NodeId>) {
  if (chosen.size === 0) return refuse("selection.empty");
  for (const id of chosen) {
    const type = typeOf(model, id);
    if (type === "Input" || type === "Output") return refuse("group.end", { node: id });
    const layer = model.nodes[id]!.layer;
    const other = callsOf(model, layer).find((call) => !chosen.has(call));
    if (other) return refuse("group.shared", { node: id, other });
    const wrapper = wrappersOf(model, layer).find((name) =>
      callsOf(model, name).some((call) => !chosen.has(call)),
    );
    if (wrapper) return refuse("group.shared", { node: id, other: wrapper });
  }
  // A path that leaves the group and comes back would make the call feed itself.
  for (const id of chosen) {
    for (const outside of consumersOf(model, id)) {
      if (chosen.has(outside)) continue;
      const back = [...downstreamOf(model, outside)].find((node) => chosen.has(node));
      if (back) return refuse("group.cycle", { node: outside });
    }
  }
  return null;
}

interface Inner {
  readonly inner: Model;
  /** Input id by the source that it stands for, `node.port`. */
  readonly entries: ReadonlyMap<string, { id: NodeId; edge: Edge }>;
  /** Output id by the source that it names. */
  readonly exits: ReadonlyMap<string, NodeId>;
  readonly positions: Record<NodeId, Position>;
}

function innerModel(
  document: Document,
  modelId: ModelId,
  model: Model,
  chosen: ReadonlySet<NodeId>,
  around: Surroundings,
): Inner {
  const edges = edgesOf(model, around.ports);
  const layers: Record<LayerId, Layer> = {};
  const nodes: Record<NodeId, Node> = {};
  const positions: Record<NodeId, Position> = {};
  for (const id of chosen) {
    nodes[id] = withInputs(model.nodes[id]!, {});
    const open: LayerId[] = [model.nodes[id]!.layer];
    while (open.length > 0) {
      const layer = open.pop()!;
      if (!model.layers[layer] || layer in layers) continue;
      layers[layer] = model.layers[layer];
      open.push(...wrappedBy(model.layers[layer]));
    }
    positions[id] = document.view?.[modelId]?.nodes?.[id] ?? [0, 0];
  }
  const left = Math.min(...Object.values(positions).map(([x]) => x));
  const right = Math.max(...Object.values(positions).map(([x]) => x));
  const isTaken = (id: string) => id in nodes || id in layers;
  const entries = new Map<string, { id: NodeId; edge: Edge }>();
  const exits = new Map<string, NodeId>();
  for (const edge of edges) {
    const key = `${edge.source.node}.${edge.source.port}`;
    if (chosen.has(edge.target.node)) {
      let source = sourceText(
        edge.source.node,
        edge.source.port,
        around.ports(model.nodes[edge.source.node]?.layer ?? ""),
      );
      if (!chosen.has(edge.source.node)) {
        let entry = entries.get(key);
        if (!entry) {
          entry = { id: uniqueId(edge.source.node, isTaken), edge };
          entries.set(key, entry);
          const spec = around.specOf(edge.source.node, edge.source.port);
          const config =
            spec && "shape" in spec
              ? { shape: spec.shape.slice(1), ...(spec.dtype !== "float32" && { dtype: spec.dtype }) }
              : undefined;
          layers[entry.id] = config ? { type: "Input", config } : { type: "Input" };
          nodes[entry.id] = { layer: entry.id };
          positions[entry.id] = [
            left - 260,
            (positions[edge.target.node]?.[1] ?? 0) + (entries.size - 1) * 24,
          ];
        }
        source = entry.id;
      }
      const target = nodes[edge.target.node]!;
      nodes[edge.target.node] = withInputs(target, {
        ...target.inputs,
        [edge.target.port]: [...(target.inputs?.[edge.target.port] ?? []), source],
      });
    } else if (chosen.has(edge.source.node) && !exits.has(key)) {
      const id = uniqueId(
        edge.source.port === "output" ? `${edge.source.node}_output` : edge.source.port,
        isTaken,
      );
      exits.set(key, id);
      layers[id] = { type: "Output" };
      const source = sourceText(
        edge.source.node,
        edge.source.port,
        around.ports(model.nodes[edge.source.node]!.layer),
      );
      nodes[id] = { layer: id, inputs: { inputs: [source] } };
      positions[id] = [right + 260, positions[edge.source.node]?.[1] ?? 0];
    }
  }
  return { inner: { layers, nodes }, entries, exits, positions };
}

function outerModel(
  model: Model,
  chosen: ReadonlySet<NodeId>,
  caller: NodeId,
  definition: ModelId,
  entries: Inner["entries"],
  exits: Inner["exits"],
  ports: PortLookup,
): Model {
  const gone = new Set([...chosen].map((id) => model.nodes[id]!.layer));
  for (const id of gone) {
    for (const wrapped of wrappedBy(model.layers[id]))
      if (callsOf(model, wrapped).every((call) => chosen.has(call))) gone.add(wrapped);
  }
  const nodes: Record<NodeId, Node> = {};
  for (const [id, node] of Object.entries(model.nodes)) if (!chosen.has(id)) nodes[id] = node;
  for (const edge of edgesOf(model, ports)) {
    if (!chosen.has(edge.source.node) || chosen.has(edge.target.node)) continue;
    const exit = exits.get(`${edge.source.node}.${edge.source.port}`);
    const target = nodes[edge.target.node]!;
    const key = target.inputs && edge.target.port in target.inputs ? edge.target.port : "inputs";
    const sources = [...(target.inputs?.[key] ?? [])];
    sources[edge.target.index] = exits.size > 1 ? `${caller}.${exit}` : caller;
    nodes[edge.target.node] = { ...target, inputs: { ...target.inputs, [key]: sources } };
  }
  const inputs = Object.fromEntries(
    [...entries.values()].map(({ id, edge }) => [
      id,
      [sourceText(edge.source.node, edge.source.port, ports(model.nodes[edge.source.node]?.layer ?? ""))],
    ]),
  );
  nodes[caller] = withInputs({ layer: caller }, inputs);
  return {
    ...model,
    layers: {
      ...withoutKeys(model.layers, gone),
      [caller]: { type: "Model", config: { model: definition } },
    },
    nodes,
  };
}

function middle(document: Document, modelId: ModelId, chosen: ReadonlySet<NodeId>): Position {
  const places = [...chosen].map((id) => document.view?.[modelId]?.nodes?.[id] ?? ([0, 0] as const));
  const sum = places.reduce(([x, y], [a, b]) => [x + a, y + b] as const, [0, 0] as const);
  return [sum[0] / places.length, sum[1] / places.length];
}
