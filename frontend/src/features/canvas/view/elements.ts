/** How elements in the plane are placed; dragging writes the same text that React does. */

import type { Point } from "../scene/geometry";

/** As React Flow writes it for a node. */
export function nodeTransform(x: number, y: number): string {
  return `translate(${x}px,${y}px)`;
}

/** A label lies with its middle on the curve's. */
export function labelTransform({ x, y }: Point): string {
  return `translate(${x}px,${y}px) translate(-50%,-50%)`;
}
