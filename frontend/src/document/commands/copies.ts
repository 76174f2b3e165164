/** Copy, paste and duplicate: new layers, hence new weights; what was shared among the copied nodes stays shared. */

import { type Fragment, fragmentOf } from "../clipboard";
import { command, refuse } from "../command";
import { withInputs, withPositions } from "../edit";
import { uniqueId } from "../names";
import { splitSource, wouldContainItself } from "../questions";
import type { Document, Layer, LayerId, Model, ModelId, Node, NodeId, Position, SourceText } from "../types";
import { withWrapped } from "../wrapped";
import { freeId } from "./nodes";
import { trainingWithOutput } from "./training";

export { fragmentOf as copyNodes } from "../clipboard";

/** `offset` moves the copies away from where they were copied. */
export const paste = command(
  "paste",
  (document: Document, args: { model: ModelId; fragment: Fragment; offset: Position }) =>
    pasted(document, args.model, args.fragment, args.offset),
);

export const duplicateNodes = command(
  "duplicate",
  (document: Document, args: { model: ModelId; nodes: readonly NodeId[] }) => {
    const fragment = fragmentOf(document, args.model, args.nodes);
    return fragment ? pasted(document, args.model, fragment, [40, 48]) : refuse("selection.empty");
  },
);

function pasted(document: Document, modelId: ModelId, fragment: Fragment, offset: Position) {
  const model = document.models[modelId];
  if (!model) return refuse("model.unknown", { model: modelId });
  const models = { ...document.models };
  for (const [id, definition] of Object.entries(fragment.models)) {
    if (!(id in models)) models[id] = definition;
  }
  const whole: Document = { ...document, models };
  for (const layer of Object.values(fragment.layers)) {
    const definition = layer.type === "Model" ? layer.config?.model : undefined;
    if (typeof definition === "string" && wouldContainItself(whole, modelId, definition)) {
      return refuse("model.contains_itself", { model: definition });
    }
  }
  const { next, nodes } = withFragment(model, fragment);
  const positions = Object.fromEntries(
    [...nodes].map(([from, to]) => {
      const [x, y] = fragment.positions[from] ?? [0, 0];
      return [to, [x + offset[0], y + offset[1]] as const];
    }),
  );
  let result = withPositions({ ...whole, models: { ...models, [modelId]: next } }, modelId, positions);
  for (const id of nodes.values()) {
    if (next.layers[next.nodes[id]!.layer]?.type === "Output")
      result = trainingWithOutput(result, modelId, id);
  }
  return { document: result, created: [...nodes.values()] };
}

function withFragment(model: Model, fragment: Fragment): { next: Model; nodes: ReadonlyMap<NodeId, NodeId> } {
  let draft: Model = model;
  const nodes = new Map<NodeId, NodeId>();
  const layers = new Map<LayerId, LayerId>();
  const placeholder: Node = { layer: "" };
  for (const id of Object.keys(fragment.nodes)) {
    const to = freeId(draft, id);
    nodes.set(id, to);
    draft = { ...draft, nodes: { ...draft.nodes, [to]: placeholder } };
  }
  for (const [id, layer] of Object.entries(fragment.layers)) {
    // A layer that bears its node's name goes on doing so.
    const namesake = fragment.nodes[id]?.layer === id ? nodes.get(id) : undefined;
    const to =
      namesake && !(namesake in draft.layers)
        ? namesake
        : uniqueId(id, (name) => name in draft.layers || name in draft.nodes);
    layers.set(id, to);
    draft = { ...draft, layers: { ...draft.layers, [to]: layer } };
  }
  const renamedLayers: Record<LayerId, Layer> = { ...draft.layers };
  for (const to of layers.values()) {
    renamedLayers[to] = withWrapped(renamedLayers[to]!, (wrapped) => layers.get(wrapped) ?? wrapped);
  }
  const renamedNodes: Record<NodeId, Node> = { ...draft.nodes };
  for (const [from, to] of nodes) {
    const node = fragment.nodes[from]!;
    const inputs = Object.fromEntries(
      Object.entries(node.inputs ?? {}).map(([port, sources]) => [
        port,
        sources.map((text) => renamed(text, nodes)),
      ]),
    );
    renamedNodes[to] = withInputs({ ...node, layer: layers.get(node.layer) ?? node.layer }, inputs);
  }
  return { next: { ...draft, layers: renamedLayers, nodes: renamedNodes }, nodes };
}

function renamed(text: SourceText, nodes: ReadonlyMap<NodeId, NodeId>): SourceText {
  const { node, port } = splitSource(text);
  const to = nodes.get(node) ?? node;
  return port ? `${to}.${port}` : to;
}
