/** Commands on edges, and why two ports may not be connected. */

import { type Command, command, type Refusal, refuse } from "../command";
import { withInputs, withModel, withNode } from "../edit";
import { type Edge, type PortLookup, sourceText, writtenPort } from "../ports";
import { wouldMakeCycle } from "../questions";
import type { Document, Model, ModelId, Node, NodeId, PortName } from "../types";

export interface PortPlace {
  readonly node: NodeId;
  readonly port: PortName;
}

export interface Connect {
  readonly model: ModelId;
  readonly source: PortPlace;
  readonly target: PortPlace;
  /** Place among the target's sources; the end where it is not given. */
  readonly index?: number;
}

/** The reason why an edge cannot be made, or null. A full port that takes one edge is no reason: it is replaced. */
export function refusalOfEdge(
  model: Model,
  source: PortPlace,
  target: PortPlace,
  ports: PortLookup,
): Refusal | null {
  const from = model.nodes[source.node];
  const to = model.nodes[target.node];
  if (!from || !to) return { code: "node.unknown", values: { node: from ? target.node : source.node } };
  if (source.node === target.node) return { code: "edge.to_itself", values: { node: source.node } };
  if (!ports(from.layer).outputs.some(({ name }) => name === source.port)) {
    return { code: "port.unknown", values: { node: source.node, port: source.port } };
  }
  const port = ports(to.layer).inputs.find(({ name }) => name === target.port);
  if (!port) return { code: "port.unknown", values: { node: target.node, port: target.port } };
  if (wouldMakeCycle(model, source.node, target.node)) {
    return { code: "edge.cycle", values: { source: source.node, target: target.node } };
  }
  const wired = to.inputs?.[writtenPort(model, target.node, target.port, ports(to.layer))]?.length ?? 0;
  if (port.most !== null && port.most > 1 && wired >= port.most) {
    return { code: "port.full", values: { node: target.node, port: target.port, most: port.most } };
  }
  return null;
}

/** An edge into a port; where the port takes one edge, in the place of the one that is there. */
export function connect(args: Connect, ports: PortLookup): Command {
  return command("connect", (document: Document, { model: modelId, source, target, index }: Connect) => {
    const model = document.models[modelId];
    if (!model) return refuse("model.unknown", { model: modelId });
    const refusal = refusalOfEdge(model, source, target, ports);
    if (refusal) return { refused: refusal };
    const node = model.nodes[target.node]!;
    const text = sourceText(source.node, source.port, ports(model.nodes[source.node]!.layer));
    const key = writtenPort(model, target.node, target.port, ports(node.layer));
    const isSingle = ports(node.layer).inputs.find(({ name }) => name === target.port)?.most === 1;
    const wired = node.inputs?.[key] ?? [];
    const sources = isSingle ? [text] : wired.toSpliced(index ?? wired.length, 0, text);
    return { document: withNodeInputs(document, modelId, target.node, { ...node.inputs, [key]: sources }) };
  })(args);
}

/** Removes edges, as `edgesOf` gives them. */
export const disconnect = command(
  "disconnect",
  (document: Document, args: { model: ModelId; edges: readonly Edge[] }) => {
    const model = document.models[args.model];
    if (!model) return refuse("model.unknown", { model: args.model });
    let next = document;
    const gone = new Map<NodeId, Map<PortName, Set<number>>>();
    for (const { target } of args.edges) {
      const node = model.nodes[target.node];
      if (!node) continue;
      const ports = gone.get(target.node) ?? new Map<PortName, Set<number>>();
      const key = writtenKey(node, target.port);
      ports.set(key, (ports.get(key) ?? new Set()).add(target.index));
      gone.set(target.node, ports);
    }
    for (const [id, ports] of gone) {
      const node = model.nodes[id]!;
      const inputs = Object.fromEntries(
        Object.entries(node.inputs ?? {}).map(([port, sources]) => [
          port,
          sources.filter((_source, index) => !ports.get(port)?.has(index)),
        ]),
      );
      next = withNodeInputs(next, args.model, id, inputs);
    }
    return next === document ? refuse("selection.empty") : { document: next };
  },
);

/** Moves an edge to another place among its port's sources. */
export const reorderEdge = command(
  "reorderEdge",
  (document: Document, args: { model: ModelId; edge: Edge; to: number }) => {
    const { node: id, port, index } = args.edge.target;
    const node = document.models[args.model]?.nodes[id];
    if (!node) return refuse("node.unknown", { node: id });
    const key = writtenKey(node, port);
    const sources = node.inputs?.[key] ?? [];
    const moved = sources[index];
    if (moved === undefined || args.to < 0 || args.to >= sources.length) return refuse("selection.empty");
    const order = sources.toSpliced(index, 1).toSpliced(args.to, 0, moved);
    return { document: withNodeInputs(document, args.model, id, { ...node.inputs, [key]: order }) };
  },
);

function withNodeInputs(document: Document, model: ModelId, node: NodeId, inputs: Node["inputs"]): Document {
  return withModel(document, model, (before) =>
    withNode(before, node, withInputs(before.nodes[node]!, inputs)),
  );
}

/** `inputs` may be written for a node's only port. */
function writtenKey(node: Node, port: PortName): PortName {
  return node.inputs && !(port in node.inputs) && "inputs" in node.inputs ? "inputs" : port;
}
