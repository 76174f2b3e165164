/** Sizes of nodes and places of ports, from their ports alone, so that nothing is ever measured; and curves of edges. */

import type { Ports } from "../../../document/ports";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const NODE_WIDTH = 176;
export const HEADER_HEIGHT = 48;
export const ROW_HEIGHT = 22;
export const ROWS_PADDING = 6;

/** The port that a drawing needs no word for: the only one on its side, with the ordinary name. */
const ORDINARY = new Set(["inputs", "output"]);

export function hasRows(ports: Ports): boolean {
  const isOrdinary = (list: readonly { readonly name: string }[]) =>
    list.length === 0 || (list.length === 1 && ORDINARY.has(list[0]!.name));
  return !isOrdinary(ports.inputs) || !isOrdinary(ports.outputs);
}

export function nodeHeight(ports: Ports): number {
  if (!hasRows(ports)) return HEADER_HEIGHT;
  const rows = Math.max(ports.inputs.length, ports.outputs.length);
  return HEADER_HEIGHT + rows * ROW_HEIGHT + ROWS_PADDING;
}

/** Height of a port's centre above the node's top edge: ordinary ports sit beside the header, named ones in rows. */
export function portHeight(ports: Ports, index: number): number {
  if (!hasRows(ports)) return HEADER_HEIGHT / 2;
  return HEADER_HEIGHT + index * ROW_HEIGHT + ROW_HEIGHT / 2;
}

/** Four points of a cubic curve: it leaves an output to the right and enters an input from the left. */
export type Curve = readonly [
  x1: number,
  y1: number,
  cx1: number,
  cy1: number,
  cx2: number,
  cy2: number,
  x2: number,
  y2: number,
];

export function curveBetween(x1: number, y1: number, x2: number, y2: number): Curve {
  const reach = handleLength(x1, y1, x2, y2);
  return [x1, y1, x1 + reach, y1, x2 - reach, y2, x2, y2];
}

function handleLength(x1: number, y1: number, x2: number, y2: number): number {
  const across = x2 - x1;
  if (across >= 0)
    return Math.max(Math.min(across * 0.5, 160), Math.min(36, across * 0.5 + Math.abs(y2 - y1) * 0.2));
  return Math.min(60 + Math.sqrt(-across) * 8, 260);
}

export function pointOnCurve(curve: Curve, t: number): Point {
  const [x1, y1, cx1, cy1, cx2, cy2, x2, y2] = curve;
  const s = 1 - t;
  const a = s * s * s;
  const b = 3 * s * s * t;
  const c = 3 * s * t * t;
  const d = t * t * t;
  return { x: a * x1 + b * cx1 + c * cx2 + d * x2, y: a * y1 + b * cy1 + c * cy2 + d * y2 };
}

/** A box that holds the curve: that of its four points. */
export function curveBox(curve: Curve): Box {
  const [x1, y1, cx1, cy1, cx2, cy2, x2, y2] = curve;
  const left = Math.min(x1, cx1, cx2, x2);
  const top = Math.min(y1, cy1, cy2, y2);
  return {
    x: left,
    y: top,
    width: Math.max(x1, cx1, cx2, x2) - left,
    height: Math.max(y1, cy1, cy2, y2) - top,
  };
}

const CURVE_PIECES = 20;

/** Distance from a point to a curve, by straight pieces; good to a fraction of a pixel at any readable zoom. */
export function distanceToCurve(point: Point, curve: Curve): number {
  let shortest = Number.POSITIVE_INFINITY;
  let from = pointOnCurve(curve, 0);
  for (let piece = 1; piece <= CURVE_PIECES; piece += 1) {
    const to = pointOnCurve(curve, piece / CURVE_PIECES);
    shortest = Math.min(shortest, squaredDistanceToSegment(point, from, to));
    from = to;
  }
  return Math.sqrt(shortest);
}

function squaredDistanceToSegment(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  const t = Math.max(0, Math.min(1, along));
  const px = point.x - (from.x + t * dx);
  const py = point.y - (from.y + t * dy);
  return px * px + py * py;
}

export function contains(box: Box, point: Point): boolean {
  return (
    point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height
  );
}

export function containsBox(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Whether two boxes share more than an edge. */
export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function touches(a: Box, b: Box): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

export function grown(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}

export function boxAround(boxes: Iterable<Box>): Box | null {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return left > right ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

export function boxBetween(a: Point, b: Point): Box {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}
