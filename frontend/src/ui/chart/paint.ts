/** What the chart's library does not draw: marks of events, rings around best values, tags at curves' ends. */

import type uPlot from "uplot";
import { atLeast, type Column } from "./columns";
import type { Curve, Mark, Ring } from "./types";

const FONT = "11px system-ui, sans-serif";
const TICK = 6;
/** Labels nearer than this stand below one another. */
const LABEL_WIDTH = 76;
const LABEL_ROWS = 3;

export function paintMarks(plot: uPlot, marks: readonly Mark[], ink: string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.font = FONT.replace("11px", `${11 * ratio}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  ctx.lineWidth = ratio;
  let row = 0;
  let lastLabel = Number.NEGATIVE_INFINITY;
  for (const { x: value, label } of marks) {
    const x = plot.valToPos(value, "x", true);
    if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
    const bottom = bbox.top + bbox.height;
    ctx.globalAlpha = label === undefined ? 0.7 : 0.55;
    ctx.setLineDash(label === undefined ? [] : [3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, label === undefined ? bottom - TICK * ratio : bbox.top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
    if (label === undefined) continue;
    row = x - lastLabel < LABEL_WIDTH * ratio ? (row + 1) % LABEL_ROWS : 0;
    lastLabel = x;
    ctx.globalAlpha = 1;
    // At the right edge a label stands before its line.
    const room = bbox.left + bbox.width - x;
    ctx.textAlign = room < ctx.measureText(label).width + 6 * ratio ? "right" : "left";
    const shift = ctx.textAlign === "right" ? -4 : 4;
    ctx.fillText(label, x + shift * ratio, bbox.top + (2 + row * 13) * ratio);
  }
  ctx.restore();
}

export function paintRings(plot: uPlot, rings: readonly Ring[], ground: string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  clip(ctx, bbox);
  for (const ring of rings) {
    const x = plot.valToPos(ring.x, "x", true);
    const y = plot.valToPos(ring.y, "y", true);
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    star(ctx, x, y, 6.5 * ratio);
    ctx.fillStyle = ring.color;
    ctx.strokeStyle = ground;
    ctx.lineWidth = 1.5 * ratio;
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** A curve's letter at the last of its values in sight. */
export function paintTags(
  plot: uPlot,
  tagged: readonly { readonly curve: Curve; readonly column: Column }[],
  ground: string,
): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const axis = plot.data[0];
  const most = plot.scales.x?.max ?? Number.POSITIVE_INFINITY;
  ctx.save();
  ctx.font = `700 ${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { curve, column } of tagged) {
    if (curve.tag === undefined) continue;
    let last = Math.min(atLeast(axis, most), axis.length - 1);
    while (last >= 0 && typeof column[last] !== "number") last -= 1;
    if (last < 0) continue;
    const x = Math.min(plot.valToPos(axis[last]!, "x", true), bbox.left + bbox.width - 7 * ratio);
    const y = plot.valToPos(column[last] as number, "y", true);
    if (!Number.isFinite(y) || x < bbox.left) continue;
    ctx.beginPath();
    ctx.arc(x, y, 8 * ratio, 0, Math.PI * 2);
    ctx.fillStyle = curve.color;
    ctx.fill();
    ctx.fillStyle = ground;
    ctx.fillText(curve.tag, x, y + ratio / 2);
  }
  ctx.restore();
}

function clip(ctx: CanvasRenderingContext2D, { left, top, width, height }: uPlot.BBox): void {
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
}

function star(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  for (let point = 0; point < 10; point += 1) {
    const reach = point % 2 === 0 ? radius : radius * 0.45;
    const angle = (point * Math.PI) / 5 - Math.PI / 2;
    ctx.lineTo(x + Math.cos(angle) * reach, y + Math.sin(angle) * reach);
  }
  ctx.closePath();
}
