/** What lies under a point, by index and never by asking the page. */

import { contains, distanceToCurve, type Point } from "./geometry";
import type { Scene, SceneEdge, SceneNode, ScenePort } from "./scene";

/** The node under a point; of several the one that is drawn last. */
export function nodeAt(scene: Scene, point: Point): SceneNode | null {
  const found = scene.nodeGrid.inside({ x: point.x, y: point.y, width: 0, height: 0 });
  for (let place = found.length - 1; place >= 0; place -= 1) {
    const node = scene.nodes[found[place]!]!;
    if (contains(node, point)) return node;
  }
  return null;
}

/** The nearest edge within `reach` (in the plane's pixels). */
export function edgeAt(scene: Scene, point: Point, reach: number): SceneEdge | null {
  const around = { x: point.x - reach, y: point.y - reach, width: 2 * reach, height: 2 * reach };
  let nearest: SceneEdge | null = null;
  let shortest = reach;
  for (const index of scene.edgeGrid.inside(around)) {
    const edge = scene.edges[index]!;
    const distance = distanceToCurve(point, edge.curve);
    if (distance <= shortest) {
      nearest = edge;
      shortest = distance;
    }
  }
  return nearest;
}

export interface PortHit {
  readonly node: SceneNode;
  readonly port: ScenePort;
}

/** The nearest port within `reach`, of nodes drawn or painted alike. */
export function portAt(scene: Scene, point: Point, reach: number): PortHit | null {
  const around = { x: point.x - reach, y: point.y - reach, width: 2 * reach, height: 2 * reach };
  let nearest: PortHit | null = null;
  let shortest = reach;
  for (const index of scene.nodeGrid.inside(around)) {
    const node = scene.nodes[index]!;
    for (const port of [...node.inputs, ...node.outputs]) {
      const { x, y } = portPoint(node, port);
      const distance = Math.hypot(point.x - x, point.y - y);
      if (distance <= shortest) {
        nearest = { node, port };
        shortest = distance;
      }
    }
  }
  return nearest;
}

export function portPoint(node: SceneNode, port: ScenePort): Point {
  return { x: port.kind === "input" ? node.x : node.x + node.width, y: node.y + port.y };
}

export function findPort(scene: Scene, node: string, port: string, kind: "input" | "output"): PortHit | null {
  const found = scene.byId.get(node);
  const place = (kind === "input" ? found?.inputs : found?.outputs)?.find(({ name }) => name === port);
  return found && place ? { node: found, port: place } : null;
}
