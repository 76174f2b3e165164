/** Paints edges in a few strokes, one for each look, and the shapes beside them where they can be read. */

import { type Curve, curveBetween, pointOnCurve } from "../scene/geometry";
import type { SceneEdge } from "../scene/scene";
import { FAR_ZOOM } from "../view/viewport";
import { curveOf, isEdgeBad, type Picture } from "./picture";
import type { Theme } from "./theme";

/** Below this zoom a curve looks like a line. */
const CURVED_ZOOM = 0.14;
const LABEL_ZOOM = 0.45;
const MOST_LABELS = 240;
/** A path of thousands of curves is slower to fill in than several shorter ones. */
const MOST_IN_PATH = 200;
const LABEL_FONT = 10.5;
const FAR_LABEL_FONT = 14;

interface Look {
  readonly colour: string;
  readonly width: number;
  readonly edges: SceneEdge[];
}

export function paintEdges(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  edges: readonly SceneEdge[],
): void {
  const { zoom } = picture.view;
  const thin = Math.max(1.6, 0.9 / zoom);
  const looks: readonly Look[] = [
    { colour: theme.edge, width: thin, edges: [] },
    { colour: theme.edgeNear, width: thin * 1.2, edges: [] },
    { colour: theme.bad, width: thin * 1.25, edges: [] },
    { colour: theme.selected, width: thin * 1.6, edges: [] },
  ];
  for (const edge of edges) looks[lookOf(picture, edge)]!.edges.push(edge);

  const trace = zoom < CURVED_ZOOM ? traceLine : traceCurve;
  for (const look of looks) {
    if (look.edges.length === 0) continue;
    context.strokeStyle = look.colour;
    context.lineWidth = look.width;
    for (let start = 0; start < look.edges.length; start += MOST_IN_PATH) {
      context.beginPath();
      for (const edge of look.edges.slice(start, start + MOST_IN_PATH))
        trace(context, curveOf(picture, edge));
      context.stroke();
    }
  }
}

function lookOf(picture: Picture, edge: SceneEdge): number {
  if (picture.selectedEdges.has(edge.id) || picture.hoveredEdge === edge.id) return 3;
  if (isEdgeBad(picture, edge)) return 2;
  const { source, target } = edge.edge;
  return picture.selectedNodes.has(source.node) || picture.selectedNodes.has(target.node) ? 1 : 0;
}

function traceCurve(context: CanvasRenderingContext2D, curve: Curve): void {
  const [x1, y1, cx1, cy1, cx2, cy2, x2, y2] = curve;
  context.moveTo(x1, y1);
  context.bezierCurveTo(cx1, cy1, cx2, cy2, x2, y2);
}

function traceLine(context: CanvasRenderingContext2D, curve: Curve): void {
  context.moveTo(curve[0], curve[1]);
  context.lineTo(curve[6], curve[7]);
}

/** Shapes of edges that have no element in the page, thinned so that none lies on another; and orders at ports. */
export function paintLabels(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  edges: readonly SceneEdge[],
): void {
  const { zoom } = picture.view;
  if (zoom < LABEL_ZOOM) return;
  const taken = new Set<number>();
  let left = MOST_LABELS;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `500 ${zoom < FAR_ZOOM ? FAR_LABEL_FONT : LABEL_FONT}px ${theme.fontFamily}`;
  for (const edge of edges) {
    if (edge.order > 0) paintOrder(context, theme, edge, curveOf(picture, edge));
    if (edge.label === "" || isElement(picture, edge)) continue;
    const { x, y } = pointOnCurve(curveOf(picture, edge), 0.5);
    const cell = Math.round(x / 90) * 1_000_003 + Math.round(y / 18);
    if (taken.has(cell)) continue;
    taken.add(cell);
    if (left === 0) continue;
    left -= 1;
    const width = context.measureText(edge.label).width + 10;
    context.fillStyle = theme.label;
    context.beginPath();
    context.roundRect(x - width / 2, y - 8, width, 16, 5);
    context.fill();
    context.fillStyle = isEdgeBad(picture, edge) ? theme.bad : theme.labelText;
    context.fillText(edge.label, x, y + 0.5);
  }
}

/** Both ends stand in the page as elements, and so does the label. */
export function isElement(picture: Pick<Picture, "elements">, edge: SceneEdge): boolean {
  return picture.elements.has(edge.target) && (edge.source < 0 || picture.elements.has(edge.source));
}

/** Order counts in a merge: a small number on each edge, where the edges of one port are still apart. */
function paintOrder(context: CanvasRenderingContext2D, theme: Theme, edge: SceneEdge, curve: Curve): void {
  const { x, y } = pointOnCurve(curve, 0.8);
  context.fillStyle = theme.label;
  context.beginPath();
  context.arc(x, y, 6.5, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = theme.muted;
  context.fillText(String(edge.order), x, y + 0.5);
}

export function paintLooseEdge(context: CanvasRenderingContext2D, picture: Picture, theme: Theme): void {
  const loose = picture.looseEdge;
  if (!loose) return;
  const { from, to, isBackward, state } = loose;
  const curve = isBackward
    ? curveBetween(to.x, to.y, from.x, from.y)
    : curveBetween(from.x, from.y, to.x, to.y);
  context.strokeStyle = state === "refused" ? theme.bad : state === "fits" ? theme.good : theme.selected;
  context.lineWidth = Math.max(2, 1.4 / picture.view.zoom);
  context.setLineDash(state === "open" ? [6, 5] : []);
  context.beginPath();
  traceCurve(context, curve);
  context.stroke();
  context.setLineDash([]);
}
