/** What part of the plane is seen: offset in screen pixels and zoom, as React Flow has it. Pure. */

import type { Box, Point } from "../scene/geometry";

export interface Viewport {
  /** Where the plane's origin is on the screen. */
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const SMALLEST_ZOOM = 0.05;
export const LARGEST_ZOOM = 2.5;

/** From here outwards words are written larger on the plane, so that they can still be read. */
export const FAR_ZOOM = 0.62;
/** A model that fits at this zoom is opened whole; a larger one at `OPENING_ZOOM` from its beginning. */
const WHOLE_ZOOM = 0.3;
const OPENING_ZOOM = 0.7;

export function toPlane(view: Viewport, onScreen: Point): Point {
  return { x: (onScreen.x - view.x) / view.zoom, y: (onScreen.y - view.y) / view.zoom };
}

export function toScreen(view: Viewport, onPlane: Point): Point {
  return { x: onPlane.x * view.zoom + view.x, y: onPlane.y * view.zoom + view.y };
}

/** The box of the plane that the screen shows. */
export function seenBox(view: Viewport, screen: Size): Box {
  const { x, y } = toPlane(view, { x: 0, y: 0 });
  return { x, y, width: screen.width / view.zoom, height: screen.height / view.zoom };
}

/** Shows all of `box`, centred, with a margin in screen pixels, no larger than `largest`. */
export function fitted(box: Box, screen: Size, margin = 48, largest = 1): Viewport {
  const width = Math.max(1, screen.width - 2 * margin);
  const height = Math.max(1, screen.height - 2 * margin);
  const wanted = Math.min(width / Math.max(1, box.width), height / Math.max(1, box.height), largest);
  const zoom = Math.max(SMALLEST_ZOOM, Math.min(LARGEST_ZOOM, wanted));
  return {
    zoom,
    x: screen.width / 2 - (box.x + box.width / 2) * zoom,
    y: screen.height / 2 - (box.y + box.height / 2) * zoom,
  };
}

/** All of `box` where it can be read; else its beginning: the left end, in the middle of the height. */
export function opening(box: Box, screen: Size, margin: number): Viewport {
  const whole = fitted(box, screen, margin);
  if (whole.zoom >= WHOLE_ZOOM) return whole;
  const isWide = box.width * OPENING_ZOOM > screen.width - 2 * margin;
  return {
    zoom: OPENING_ZOOM,
    x: isWide ? margin - box.x * OPENING_ZOOM : screen.width / 2 - (box.x + box.width / 2) * OPENING_ZOOM,
    y: screen.height / 2 - (box.y + box.height / 2) * OPENING_ZOOM,
  };
}

/** The same zoom, moved no further than needed to show `box`; null when it is seen already. */
export function moved(view: Viewport, box: Box, screen: Size, margin = 40): Viewport | null {
  const seen = seenBox(view, screen);
  const room = margin / view.zoom;
  const dx = shift(seen.x + room, seen.x + seen.width - room, box.x, box.x + box.width);
  const dy = shift(seen.y + room, seen.y + seen.height - room, box.y, box.y + box.height);
  return dx === 0 && dy === 0 ? null : { ...view, x: view.x - dx * view.zoom, y: view.y - dy * view.zoom };
}

function shift(from: number, to: number, start: number, end: number): number {
  if (start < from) return start - from;
  if (end > to) return Math.min(end - to, start - from);
  return 0;
}
