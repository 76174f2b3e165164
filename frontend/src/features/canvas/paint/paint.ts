/** One frame of the canvas beneath the nodes: dots, edges, labels, far nodes. */

import { grown } from "../scene/geometry";
import { seenBox } from "../view/viewport";
import { paintEdges, paintLabels, paintLooseEdge } from "./paintEdges";
import { paintNodes, paintSelecting } from "./paintNodes";
import { edgesInView, nodesInView, type Picture } from "./picture";
import type { Theme } from "./theme";

const DOT_DISTANCE = 26;
const SPARSE_ZOOM = 0.4;

/** Paints the dots and edges below the page's nodes. `scale`: device pixels for each of the page's. */
export function paint(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  scale: number,
): void {
  const { view, screen } = picture;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, screen.width, screen.height);
  paintDots(context, picture, theme);

  context.setTransform(scale * view.zoom, 0, 0, scale * view.zoom, scale * view.x, scale * view.y);
  const seen = grown(seenBox(view, screen), 20 / view.zoom);
  const edges = edgesInView(picture, seen);
  paintEdges(context, picture, theme, edges);
  paintNodes(context, picture, theme, nodesInView(picture, seen));
  paintLabels(context, picture, theme, edges);
  paintLooseEdge(context, picture, theme);
  if (picture.selecting) paintSelecting(context, picture.selecting, theme, view.zoom);
}

function paintDots(context: CanvasRenderingContext2D, picture: Picture, theme: Theme): void {
  const { view, screen } = picture;
  if (view.zoom < 0.12) return;
  const distance = DOT_DISTANCE * view.zoom * (view.zoom < SPARSE_ZOOM ? 4 : 1);
  const radius = Math.max(0.6, Math.min(1.1, view.zoom));
  const startX = modulo(view.x, distance);
  const startY = modulo(view.y, distance);
  context.fillStyle = theme.dot;
  context.beginPath();
  for (let x = startX; x < screen.width; x += distance) {
    for (let y = startY; y < screen.height; y += distance)
      context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  }
  context.fill();
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
