/** All that the painter needs to know for one frame. Plain data; whoever changes it asks for a new frame. */

import { type Box, type Curve, curveBetween, type Point } from "../scene/geometry";
import type { Scene, SceneEdge, SceneNode } from "../scene/scene";
import type { Size, Viewport } from "../view/viewport";

export interface Drag {
  /** Places in `scene.nodes`. */
  readonly nodes: ReadonlySet<number>;
  readonly dx: number;
  readonly dy: number;
}

export interface LooseEdge {
  readonly from: Point;
  readonly to: Point;
  /** True: pulled from an input, so the curve runs the other way. */
  readonly isBackward: boolean;
  readonly state: "open" | "fits" | "refused";
}

export interface Picture {
  readonly scene: Scene;
  readonly view: Viewport;
  readonly screen: Size;
  /** Places of the nodes that stand in the page as elements; they are not painted. */
  readonly elements: ReadonlySet<number>;
  readonly selectedNodes: ReadonlySet<string>;
  readonly selectedEdges: ReadonlySet<string>;
  readonly hoveredEdge: string | null;
  /** The layer whose calls are lit. */
  readonly litLayer: string | null;
  readonly badNodes: ReadonlySet<string>;
  /** Shade by node while the canvas shows what was measured. */
  readonly heat: ReadonlyMap<string, { readonly level: number }> | null;
  /** `node.port` of inputs with a problem. */
  readonly badPorts: ReadonlySet<string>;
  readonly drag: Drag | null;
  readonly looseEdge: LooseEdge | null;
  readonly selecting: Box | null;
}

const STILL: Point = { x: 0, y: 0 };

/** How far a node is from its place in the document while it is dragged. */
export function offsetOf(picture: Pick<Picture, "drag">, node: number): Point {
  const { drag } = picture;
  return drag?.nodes.has(node) ? { x: drag.dx, y: drag.dy } : STILL;
}

/** An edge's curve, following its ends while they are dragged. */
export function curveOf(picture: Pick<Picture, "drag">, edge: SceneEdge): Curve {
  if (!picture.drag) return edge.curve;
  const from = offsetOf(picture, edge.source >= 0 ? edge.source : edge.target);
  const to = offsetOf(picture, edge.target);
  if (from === STILL && to === STILL) return edge.curve;
  const [x1, y1, , , , , x2, y2] = edge.curve;
  return curveBetween(x1 + from.x, y1 + from.y, x2 + to.x, y2 + to.y);
}

export function placeOf(picture: Pick<Picture, "drag">, node: SceneNode): Point {
  const offset = offsetOf(picture, node.index);
  return { x: node.x + offset.x, y: node.y + offset.y };
}

export function isEdgeBad(picture: Picture, edge: SceneEdge): boolean {
  if (edge.isBroken || picture.badPorts.size === 0) return edge.isBroken;
  return picture.badPorts.has(`${edge.edge.target.node}.${edge.edge.target.port}`);
}

/** Edges that may be seen: those of the grid and those that are being dragged into view. */
export function edgesInView(picture: Picture, seen: Box): readonly SceneEdge[] {
  const { scene, drag } = picture;
  const found = scene.edgeGrid.inside(seen);
  if (!drag) return found.map((index) => scene.edges[index]!);
  const all = new Set(found);
  for (const node of drag.nodes) for (const index of scene.edgesOfNode[node] ?? []) all.add(index);
  return [...all].map((index) => scene.edges[index]!);
}

export function nodesInView(picture: Picture, seen: Box): readonly SceneNode[] {
  const { scene, drag } = picture;
  const found = scene.nodeGrid.inside(seen);
  if (!drag) return found.map((index) => scene.nodes[index]!);
  return [...new Set([...found, ...drag.nodes])].sort((a, b) => a - b).map((index) => scene.nodes[index]!);
}
