/** Paints the nodes that are too far or too many to be elements: a box with its category's colour, and its name if it can be read. */

import { heatColor } from "../../../ui/colors";
import { type Box, HEADER_HEIGHT } from "../scene/geometry";
import type { SceneNode } from "../scene/scene";
import { FAR_ZOOM } from "../view/viewport";
import { type Picture, placeOf } from "./picture";
import type { Theme } from "./theme";

const ROUNDED_ZOOM = 0.22;
const NAMED_ZOOM = 0.26;

export function paintNodes(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  nodes: readonly SceneNode[],
): void {
  const painted = nodes.filter((node) => !picture.elements.has(node.index));
  if (painted.length === 0) return;
  const { zoom } = picture.view;
  paintBodies(context, picture, theme, painted, zoom >= ROUNDED_ZOOM);
  if (picture.heat) paintHeat(context, picture, theme, painted, picture.heat);
  paintStrips(context, picture, theme, painted);
  paintRings(context, picture, theme, painted);
  if (zoom >= NAMED_ZOOM) paintNames(context, picture, theme, painted);
}

function paintBodies(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  nodes: readonly SceneNode[],
  isRounded: boolean,
): void {
  context.fillStyle = theme.node;
  context.strokeStyle = theme.nodeBorder;
  context.lineWidth = Math.max(1, 0.7 / picture.view.zoom);
  context.beginPath();
  for (const node of nodes) {
    const { x, y } = placeOf(picture, node);
    if (isRounded) context.roundRect(x, y, node.width, node.height, 9);
    else context.rect(x, y, node.width, node.height);
  }
  context.fill();
  context.stroke();
}

/** A veil over each measured node, thin enough for its name to be read. */
function paintHeat(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  nodes: readonly SceneNode[],
  heat: NonNullable<Picture["heat"]>,
): void {
  context.globalAlpha = 0.6;
  for (const node of nodes) {
    const level = heat.get(node.id)?.level;
    if (level === undefined) continue;
    const { x, y } = placeOf(picture, node);
    context.fillStyle = theme.resolve(heatColor(level));
    context.fillRect(x, y, node.width, node.height);
  }
  context.globalAlpha = 1;
}

/** One path for each colour. */
function paintStrips(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  nodes: readonly SceneNode[],
): void {
  const isFar = picture.view.zoom < ROUNDED_ZOOM;
  for (const [color, group] of groupedByColor(nodes)) {
    context.fillStyle = theme.resolve(color);
    context.beginPath();
    for (const node of group) {
      const { x, y } = placeOf(picture, node);
      if (isFar) context.rect(x, y, node.width, HEADER_HEIGHT * 0.6);
      else context.roundRect(x, y, 6, node.height, [9, 0, 0, 9]);
    }
    context.fill();
  }
}

function groupedByColor(nodes: readonly SceneNode[]): Map<string, SceneNode[]> {
  const groups = new Map<string, SceneNode[]>();
  for (const node of nodes) {
    const group = groups.get(node.color);
    if (group) group.push(node);
    else groups.set(node.color, [node]);
  }
  return groups;
}

function paintRings(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  nodes: readonly SceneNode[],
): void {
  const width = Math.max(2, 1.6 / picture.view.zoom);
  for (const node of nodes) {
    const isBad = picture.badNodes.has(node.id);
    const isSelected = picture.selectedNodes.has(node.id);
    const isLit = picture.litLayer !== null && node.layer === picture.litLayer;
    if (!isBad && !isSelected && !isLit) continue;
    const { x, y } = placeOf(picture, node);
    context.lineWidth = width;
    context.strokeStyle = isSelected || isLit ? theme.selected : theme.bad;
    context.strokeRect(x - width / 2, y - width / 2, node.width + width, node.height + width);
    if (isBad && isSelected) {
      context.strokeStyle = theme.bad;
      context.strokeRect(x - width * 1.5, y - width * 1.5, node.width + 3 * width, node.height + 3 * width);
    }
  }
}

function paintNames(
  context: CanvasRenderingContext2D,
  picture: Picture,
  theme: Theme,
  nodes: readonly SceneNode[],
): void {
  const isNear = picture.view.zoom >= FAR_ZOOM;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = theme.text;
  context.font = `600 ${isNear ? 13 : 17}px ${theme.fontFamily}`;
  for (const node of nodes) {
    const { x, y } = placeOf(picture, node);
    context.fillText(shortened(node.title, isNear ? 20 : 15), x + 16, y + (isNear ? 17 : HEADER_HEIGHT / 2));
  }
  if (!isNear) return;
  context.fillStyle = theme.muted;
  context.font = `400 11px ${theme.fontFamily}`;
  for (const node of nodes) {
    const { x, y } = placeOf(picture, node);
    context.fillText(shortened(node.type, 24), x + 16, y + 34);
  }
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** The frame of a box selection. */
export function paintSelecting(
  context: CanvasRenderingContext2D,
  box: Box,
  theme: Theme,
  zoom: number,
): void {
  context.fillStyle = theme.selected;
  context.globalAlpha = 0.1;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.globalAlpha = 1;
  context.strokeStyle = theme.selected;
  context.lineWidth = 1 / zoom;
  context.strokeRect(box.x, box.y, box.width, box.height);
}
