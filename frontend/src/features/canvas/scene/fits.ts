/** Whether a connecting gesture may end at a port, and in one sentence why not. */

import type { Refusal } from "../../../document/command";
import { consumersOf, downstreamOf, upstreamOf } from "../../../document/questions";
import type { Model, NodeId } from "../../../document/types";
import type { LayerTypeDescription } from "../../../schema";
import type { PortHit } from "./hits";
import type { SceneNode, ScenePort } from "./scene";

export interface PortRef {
  readonly node: NodeId;
  readonly port: string;
  readonly kind: "input" | "output";
}

export function portRef({ node, port }: PortHit): PortRef {
  return { node: node.id, port: port.name, kind: port.kind };
}

/** Answers for one gesture that began at `from`; the graph is walked once. */
export class Fits {
  readonly from: PortRef;
  private readonly model: Model;
  private readonly blocked: ReadonlySet<NodeId>;

  constructor(model: Model, from: PortRef) {
    this.model = model;
    this.from = from;
    this.blocked = from.kind === "output" ? upstreamOf(model, from.node) : downstreamOf(model, from.node);
  }

  /** Null: it fits. */
  refusal({ node, port }: PortHit): Refusal | null {
    const { from } = this;
    if (port.kind === from.kind) {
      return { code: "edge.same_kind", values: { kind: from.kind } };
    }
    if (node.id === from.node) return { code: "edge.to_itself", values: { node: node.id } };
    if (this.blocked.has(node.id)) {
      const [source, target] = from.kind === "output" ? [from.node, node.id] : [node.id, from.node];
      return { code: "edge.cycle", values: { source, target } };
    }
    if (port.isUnknown) return { code: "port.unknown", values: { node: node.id, port: port.name } };
    return from.kind === "output" ? this.refusalOfInput(node, port) : null;
  }

  /** The port that an edge let go over a node's box means: the first free one that fits, else the first that fits. */
  portOn(node: SceneNode): { readonly port: ScenePort } | { readonly refusal: Refusal } {
    const ports = this.from.kind === "output" ? node.inputs : node.outputs;
    let first: Refusal | null = null;
    let taken: ScenePort | null = null;
    for (const port of ports) {
      const refusal = this.refusal({ node, port });
      if (refusal) first ??= refusal;
      else if (port.kind === "output" || port.edges === 0 || port.most !== 1) return { port };
      else taken ??= port;
    }
    if (taken) return { port: taken };
    return { refusal: first ?? { code: "node.no_port", values: { node: node.id, kind: this.from.kind } } };
  }

  private refusalOfInput(node: SceneNode, port: ScenePort): Refusal | null {
    const isWired = consumersOf(this.model, this.from.node).includes(node.id);
    if (isWired && port.most === 1 && this.feeds(node.id, port.name)) {
      return { code: "edge.twice", values: { node: node.id, port: port.name } };
    }
    if (port.most !== null && port.most > 1 && port.edges >= port.most) {
      return { code: "port.full", values: { node: node.id, port: port.name, most: port.most } };
    }
    return null;
  }

  private feeds(node: NodeId, port: string): boolean {
    const { from } = this;
    const inputs = this.model.nodes[node]?.inputs ?? {};
    const written = inputs[port] ?? (Object.keys(inputs).length === 1 ? inputs.inputs : undefined);
    return written?.some((source) => source === from.node || source === `${from.node}.${from.port}`) ?? false;
  }
}

/** Whether a new layer of this type has a port on the other side. */
export function canFollow(
  type: Pick<LayerTypeDescription, "inputs" | "outputs">,
  from: PortRef["kind"],
): boolean {
  return from === "output" ? type.inputs.length > 0 : type.outputs.length > 0;
}
