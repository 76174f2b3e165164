/**
 * Which nodes stand in the page as elements: those near the eye while a person can read them. The rest is painted.
 * A margin keeps the window while the eye moves a little, so that panning seldom changes the page.
 */

import { type Box, grown } from "../scene/geometry";
import type { Scene } from "../scene/scene";
import { type Size, seenBox, type Viewport } from "./viewport";

/** Below this zoom nodes are painted, unless they are few. */
export const READABLE_ZOOM = 0.45;
/** So few nodes are elements at any zoom: a small model is always wholly in the page, for tests and screen readers. */
export const ALWAYS_ELEMENTS = 60;
/** Never more elements than this, whatever the zoom. */
export const MOST_ELEMENTS = 240;

export interface NodeWindow {
  /** The window is good while what is seen lies in this box … */
  readonly box: Box;
  /** … and the zoom is on the same side of `READABLE_ZOOM`. */
  readonly isReadable: boolean;
  /** Places in `scene.nodes`, ascending. */
  readonly nodes: readonly number[];
}

export function windowFor(
  scene: Scene,
  view: Viewport,
  screen: Size,
  pinned: ReadonlySet<string>,
): NodeWindow {
  const seen = seenBox(view, screen);
  const box = grown(seen, Math.max(seen.width, seen.height) * 0.3);
  const isReadable = view.zoom >= READABLE_ZOOM;
  let nodes = scene.nodeGrid.inside(box);
  if (scene.nodes.length <= ALWAYS_ELEMENTS) nodes = scene.nodes.map((node) => node.index);
  else if (!isReadable && nodes.length > ALWAYS_ELEMENTS) nodes = [];
  else if (nodes.length > MOST_ELEMENTS) nodes = scene.nodeGrid.inside(seen).slice(0, MOST_ELEMENTS);
  return { box, isReadable, nodes: withPinned(scene, nodes, pinned) };
}

/** Whether a window still serves this view. */
export function isWindowGood(window: NodeWindow, view: Viewport, screen: Size): boolean {
  if (window.isReadable !== view.zoom >= READABLE_ZOOM) return false;
  const seen = seenBox(view, screen);
  const { box } = window;
  const isInside =
    seen.x >= box.x &&
    seen.y >= box.y &&
    seen.x + seen.width <= box.x + box.width &&
    seen.y + seen.height <= box.y + box.height;
  // Zoomed in so far that the window holds much more than is seen: a smaller one is cheaper.
  return isInside && box.width <= seen.width * 4;
}

/** A node that is focused, dragged or connected from stays an element wherever the eye goes. */
function withPinned(scene: Scene, nodes: readonly number[], pinned: ReadonlySet<string>): readonly number[] {
  if (pinned.size === 0) return nodes;
  const all = new Set(nodes);
  for (const id of pinned) {
    const node = scene.byId.get(id);
    if (node) all.add(node.index);
  }
  return all.size === nodes.length ? nodes : [...all].sort((a, b) => a - b);
}

export function areSameNodes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((node, place) => node === b[place]);
}
