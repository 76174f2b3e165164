/** Where a new node goes so that it lies on no other. */

import { type Box, containsBox, grown, NODE_WIDTH, overlaps, type Point } from "./geometry";
import type { Scene } from "./scene";

const GAP = 28;
const STEP_X = NODE_WIDTH + 84;
const STEP_Y = 84;

function isFree(scene: Scene, box: Box): boolean {
  const room = grown(box, GAP / 2);
  return scene.nodeGrid.inside(room).every((index) => !overlaps(room, scene.nodes[index]!));
}

/** The free place nearest to `wanted` (a top left corner), looking in rings around it; whole pixels. */
export function freeSpot(scene: Scene, wanted: Point, height: number): Point;
/** The same, or null where none lies wholly `within` a box. */
export function freeSpot(scene: Scene, wanted: Point, height: number, within: Box): Point | null;
export function freeSpot(scene: Scene, wanted: Point, height: number, within?: Box): Point | null {
  const start = { x: Math.round(wanted.x), y: Math.round(wanted.y) };
  const rings = Math.ceil(Math.sqrt(scene.nodes.length)) + 2;
  for (let ring = 0; ring <= rings; ring += 1) {
    for (const [column, row] of ringAround(ring)) {
      const box = { x: start.x + column * STEP_X, y: start.y + row * STEP_Y, width: NODE_WIDTH, height };
      if ((!within || containsBox(within, box)) && isFree(scene, box)) return { x: box.x, y: box.y };
    }
  }
  return within ? null : { x: start.x, y: start.y + (rings + 1) * STEP_Y };
}

/** Beside a node, where its result goes (or, `before`, where it comes from); below if that is taken. */
export function spotBeside(
  scene: Scene,
  node: Box,
  height: number,
  side: "after" | "before" = "after",
): Point {
  const x = Math.round(side === "after" ? node.x + node.width + 84 : node.x - NODE_WIDTH - 84);
  const middle = Math.round(node.y + (node.height - height) / 2);
  return freeSpotDown(scene, x, middle, height);
}

/** Under a node, as near as there is room. */
export function spotBelow(scene: Scene, node: Box, height = node.height): Point {
  return freeSpotDown(scene, node.x, node.y + node.height + GAP, height);
}

function freeSpotDown(scene: Scene, x: number, top: number, height: number): Point {
  for (let step = 0; step <= scene.nodes.length; step += 1) {
    const y = top + step * (STEP_Y / 2);
    if (isFree(scene, { x, y, width: NODE_WIDTH, height })) return { x, y };
  }
  return { x, y: top };
}

/** Cells of a ring, those beside the centre before those above it. */
function ringAround(ring: number): (readonly [column: number, row: number])[] {
  if (ring === 0) return [[0, 0]];
  const cells: (readonly [number, number])[] = [];
  for (let column = -ring; column <= ring; column += 1) {
    for (let row = -ring; row <= ring; row += 1) {
      if (Math.max(Math.abs(column), Math.abs(row)) === ring) cells.push([column, row]);
    }
  }
  return cells.sort((a, b) => cost(a) - cost(b));
}

/** Down before right before up before left: the way a reader's eye goes. */
function cost([column, row]: readonly [number, number]): number {
  return Math.abs(column) * 2 + Math.abs(row) + (row < 0 ? 0.4 : 0) + (column < 0 ? 0.8 : 0);
}
