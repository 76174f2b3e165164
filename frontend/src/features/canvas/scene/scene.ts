/** What there is to see of one model: boxes, ports, edges and their labels, from the document and the last check. */

import { type Edge, edgesOf, layerType, type PortLookup, portsOfNode, specOf } from "../../../document/ports";
import { callsOf } from "../../../document/questions";
import type { Document, LayerId, Model, ModelId, Node, NodeId } from "../../../document/types";
import { wrappedBy } from "../../../document/wrapped";
import type { Catalogue, CheckResult, LayerTypeDescription } from "../../../schema";
import { layerLook } from "../../../ui/categories";
import { sharedColor } from "../../../ui/colors";
import { type Box, type Curve, curveBetween, curveBox, NODE_WIDTH, nodeHeight, portHeight } from "./geometry";
import { SpatialGrid } from "./grid";
import { placesFor } from "./places";

export interface ScenePort {
  readonly name: string;
  readonly description: string;
  readonly kind: "input" | "output";
  /** Centre, below the node's top edge. */
  readonly y: number;
  readonly least: number;
  readonly most: number | null;
  readonly edges: number;
  /** Wired, but not (or no longer) a port of this layer. */
  readonly isUnknown: boolean;
  /** Shape of what leaves an output, once a check knows it. */
  readonly label: string;
}

export interface SceneNode extends Box {
  readonly id: NodeId;
  readonly index: number;
  readonly layer: LayerId;
  readonly type: string;
  readonly category: string;
  /** Of its category, as `var(--…)`. */
  readonly color: string;
  readonly isKnownType: boolean;
  readonly title: string;
  /** Beside the type: what a wrapper wraps, which model a model layer calls. */
  readonly detail: string;
  readonly calls: number;
  /** Of the badge that all calls of a shared layer bear; empty where it has one call. */
  readonly sharedColor: string;
  readonly weights: number | null;
  readonly hasRows: boolean;
  readonly inputs: readonly ScenePort[];
  readonly outputs: readonly ScenePort[];
}

export interface SceneEdge {
  readonly id: string;
  readonly index: number;
  /** Places in `nodes`; -1 where the source does not exist. */
  readonly source: number;
  readonly target: number;
  readonly edge: Edge;
  readonly curve: Curve;
  readonly label: string;
  /** Names a node or port that does not exist: kept and shown red, never pruned. */
  readonly isBroken: boolean;
  /** Place among the sources of a port that has several, from 1; else 0. */
  readonly order: number;
}

export interface Scene {
  readonly model: ModelId;
  readonly nodes: readonly SceneNode[];
  readonly byId: ReadonlyMap<NodeId, SceneNode>;
  readonly edges: readonly SceneEdge[];
  readonly edgeById: ReadonlyMap<string, SceneEdge>;
  /** Places in `edges` of each node's edges, in and out. */
  readonly edgesOfNode: readonly (readonly number[])[];
  readonly nodeGrid: SpatialGrid;
  readonly edgeGrid: SpatialGrid;
}

export interface SceneSource {
  readonly document: Document;
  readonly model: ModelId;
  readonly catalogue: Catalogue | null;
  readonly check: CheckResult | null;
  readonly ports: PortLookup;
}

/** Builds the scene; nodes that look as in `before` keep their identity, so that nothing is drawn again for them. */
export function buildScene(source: SceneSource, before: Scene | null = null): Scene {
  const { document, model: modelId, ports } = source;
  const model = document.models[modelId] ?? { layers: {}, nodes: {} };
  const written = edgesOf(model, ports);
  const wired = countEdges(written);
  const places = placesFor(document, modelId);
  const colors = sharedColors(model);

  const byId = new Map<NodeId, SceneNode>();
  const nodes: SceneNode[] = [];
  for (const [id, node] of Object.entries(model.nodes)) {
    const drawn = drawNode(source, id, node, nodes.length, places(id), wired, colors);
    const known = before?.byId.get(id);
    const kept = known && isSameNode(known, drawn) ? known : drawn;
    nodes.push(kept);
    byId.set(id, kept);
  }

  const edgeById = new Map<string, SceneEdge>();
  const edgesOfNode: number[][] = nodes.map(() => []);
  const edges = written.map((edge, index) => {
    const drawn = drawEdge(source, edge, index, byId, wired);
    edgeById.set(drawn.id, drawn);
    if (drawn.source >= 0) edgesOfNode[drawn.source]!.push(index);
    if (drawn.target !== drawn.source) edgesOfNode[drawn.target]!.push(index);
    return drawn;
  });

  return {
    model: modelId,
    nodes,
    byId,
    edges,
    edgeById,
    edgesOfNode,
    nodeGrid: new SpatialGrid(nodes),
    edgeGrid: new SpatialGrid(edges.map((edge) => curveBox(edge.curve))),
  };
}

type EdgeCount = ReadonlyMap<string, number>;

const inputKey = (node: NodeId, port: string) => `>${node}.${port}`;
const outputKey = (node: NodeId, port: string) => `${node}.${port}`;

function countEdges(edges: readonly Edge[]): EdgeCount {
  const count = new Map<string, number>();
  const add = (key: string) => count.set(key, (count.get(key) ?? 0) + 1);
  for (const { source, target } of edges) {
    add(outputKey(source.node, source.port));
    add(inputKey(target.node, target.port));
  }
  return count;
}

function drawNode(
  source: SceneSource,
  id: NodeId,
  node: Node,
  index: number,
  place: readonly [number, number],
  wired: EdgeCount,
  colors: ReadonlyMap<LayerId, string>,
): SceneNode {
  const { document, model: modelId, catalogue, check, ports } = source;
  const model = document.models[modelId]!;
  const layer = model.layers[node.layer];
  const type = layer?.type ?? "?";
  const description = layerType(catalogue, type);
  const category = description?.category ?? "unknown";
  const own = ports(node.layer);
  const shown = portsOfNode(model, id, ports);
  const height = nodeHeight(shown);
  return {
    id,
    index,
    x: place[0],
    y: place[1],
    width: NODE_WIDTH,
    height,
    layer: node.layer,
    type,
    category,
    color: layerLook(type, category).color,
    isKnownType: description !== undefined || catalogue === null,
    title: node.label || id,
    detail: detailOf(model, layer?.config, description),
    calls: callsOf(model, node.layer).length,
    sharedColor: colors.get(node.layer) ?? "",
    weights: check?.models[modelId]?.layers[node.layer]?.weights ?? null,
    hasRows: height > nodeHeight({ inputs: [], outputs: [] }),
    inputs: shown.inputs.map((port, place) => ({
      name: port.name,
      description: port.description,
      kind: "input",
      y: portHeight(shown, place),
      least: port.least,
      most: port.most,
      edges: wired.get(inputKey(id, port.name)) ?? 0,
      isUnknown: place >= own.inputs.length,
      label: "",
    })),
    outputs: shown.outputs.map((port, place) => ({
      name: port.name,
      description: port.description,
      kind: "output",
      y: portHeight(shown, place),
      least: 0,
      most: null,
      edges: wired.get(outputKey(id, port.name)) ?? 0,
      isUnknown: false,
      label: specOf(check, modelId, id, port.name)?.label ?? "",
    })),
  };
}

/** Each shared layer has a colour of its own, by its place among the shared ones. */
function sharedColors(model: Model): ReadonlyMap<LayerId, string> {
  const shared = Object.keys(model.layers)
    .filter((layer) => callsOf(model, layer).length > 1)
    .sort();
  return new Map(shared.map((layer, index) => [layer, sharedColor(index)]));
}

/** What the type alone does not say: which model, which layer within, which function of `keras.ops`. */
function detailOf(
  model: Model,
  config: Model["layers"][string]["config"],
  described: LayerTypeDescription | undefined,
): string {
  if (typeof config?.model === "string") return config.model;
  const ordinary = described?.schema.properties?.function?.default;
  const called = config?.function ?? ordinary;
  if (typeof called === "string") return called;
  const types = wrappedBy({ type: "", config }).map((id) => model.layers[id]?.type ?? id);
  return [...new Set(types)].join(", ");
}

function drawEdge(
  source: SceneSource,
  edge: Edge,
  index: number,
  byId: ReadonlyMap<NodeId, SceneNode>,
  wired: EdgeCount,
): SceneEdge {
  const from = byId.get(edge.source.node);
  const to = byId.get(edge.target.node)!;
  const output = from?.outputs.find((port) => port.name === edge.source.port);
  const input = to.inputs.find((port) => port.name === edge.target.port);
  const x2 = to.x;
  const y2 = to.y + (input?.y ?? to.height / 2);
  const x1 = from ? from.x + from.width : x2 - 56;
  const y1 = from ? from.y + (output?.y ?? from.height / 2) : y2;
  const several = (wired.get(inputKey(edge.target.node, edge.target.port)) ?? 0) > 1;
  return {
    id: edge.id,
    index,
    source: from?.index ?? -1,
    target: to.index,
    edge,
    curve: curveBetween(x1, y1, x2, y2),
    label: specOf(source.check, source.model, edge.source.node, edge.source.port)?.label ?? "",
    isBroken: !output || !input || input.isUnknown,
    order: several ? edge.target.index + 1 : 0,
  };
}

function isSameNode(a: SceneNode, b: SceneNode): boolean {
  return (
    a.index === b.index &&
    a.x === b.x &&
    a.y === b.y &&
    a.height === b.height &&
    a.layer === b.layer &&
    a.type === b.type &&
    a.color === b.color &&
    a.isKnownType === b.isKnownType &&
    a.title === b.title &&
    a.detail === b.detail &&
    a.calls === b.calls &&
    a.sharedColor === b.sharedColor &&
    a.weights === b.weights &&
    arePortsSame(a.inputs, b.inputs) &&
    arePortsSame(a.outputs, b.outputs)
  );
}

function arePortsSame(a: readonly ScenePort[], b: readonly ScenePort[]): boolean {
  return (
    a.length === b.length &&
    a.every((port, place) => {
      const other = b[place]!;
      return (
        port.name === other.name &&
        port.y === other.y &&
        port.edges === other.edges &&
        port.label === other.label &&
        port.most === other.most &&
        port.isUnknown === other.isUnknown
      );
    })
  );
}
