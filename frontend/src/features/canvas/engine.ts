/**
 * What the canvas knows from frame to frame, outside of React: the view, the window of nodes that are elements, what is
 * dragged, and the painter. React is told only when the window changes.
 */

import { paint } from "./paint/paint";
import type { Picture } from "./paint/picture";
import { readTheme, type Theme, watchTheme } from "./paint/theme";
import { type Box, boxAround, containsBox, grown, type Point } from "./scene/geometry";
import { SpatialGrid } from "./scene/grid";
import type { Scene } from "./scene/scene";
import {
  FAR_ZOOM,
  fitted,
  LARGEST_ZOOM,
  moved,
  opening,
  type Size,
  SMALLEST_ZOOM,
  seenBox,
  toPlane,
  type Viewport,
} from "./view/viewport";
import { areSameNodes, isWindowGood, type NodeWindow, READABLE_ZOOM, windowFor } from "./view/window";

const NO_STRINGS: ReadonlySet<string> = new Set();
const EMPTY_GRID = new SpatialGrid([]);

export const EMPTY_SCENE: Scene = {
  model: "",
  nodes: [],
  byId: new Map(),
  edges: [],
  edgeById: new Map(),
  edgesOfNode: [],
  nodeGrid: EMPTY_GRID,
  edgeGrid: EMPTY_GRID,
};

/** How the view is changed; React Flow does it. */
export type ViewSetter = (view: Viewport) => void;

const GLIDE_MS = 220;
/** Around a fitted model, in screen pixels. */
const FIT_MARGIN = 44;

export class CanvasEngine {
  picture: Picture = {
    scene: EMPTY_SCENE,
    view: { x: 0, y: 0, zoom: 1 },
    screen: { width: 0, height: 0 },
    elements: new Set(),
    selectedNodes: NO_STRINGS,
    selectedEdges: NO_STRINGS,
    hoveredEdge: null,
    litLayer: null,
    badNodes: NO_STRINGS,
    badPorts: NO_STRINGS,
    heat: null,
    drag: null,
    looseEdge: null,
    selecting: null,
  };
  /** The element that holds nodes and canvas; set while mounted. */
  root: HTMLElement | null = null;
  setViewport: ViewSetter = () => {};

  private window: NodeWindow = { box: { x: 0, y: 0, width: 0, height: 0 }, isReadable: true, nodes: [] };
  private readonly pins = new Map<string, ReadonlySet<string>>();
  private readonly windowListeners = new Set<() => void>();
  private readonly frameListeners = new Set<() => void>();
  private canvas: HTMLCanvasElement | null = null;
  private theme: Theme | null = null;
  private frame = 0;
  private gliding = 0;

  get scene(): Scene {
    return this.picture.scene;
  }

  get view(): Viewport {
    return this.picture.view;
  }

  get screen(): Size {
    return this.picture.screen;
  }

  /** Starts painting on an element; returns how to stop. */
  mount(root: HTMLElement, canvas: HTMLCanvasElement): () => void {
    this.root = root;
    this.canvas = canvas;
    const forgetTheme = watchTheme(() => {
      this.theme = null;
      this.paintSoon();
    });
    this.paintSoon();
    return () => {
      forgetTheme();
      cancelAnimationFrame(this.frame);
      cancelAnimationFrame(this.gliding);
      this.frame = 0;
      this.root = null;
      this.canvas = null;
    };
  }

  setScene(scene: Scene): void {
    this.change({ scene });
    this.updateWindow(true);
  }

  /** The view or the screen changed (React Flow says so). */
  setView(view: Viewport, screen: Size): void {
    const { picture } = this;
    const isSame =
      picture.view.x === view.x &&
      picture.view.y === view.y &&
      picture.view.zoom === view.zoom &&
      picture.screen.width === screen.width &&
      picture.screen.height === screen.height;
    if (isSame) return;
    this.root?.toggleAttribute("data-far", view.zoom < FAR_ZOOM);
    this.change({ view, screen });
    this.updateWindow(false);
  }

  /** Changes what is painted and asks for a frame. */
  change(change: Partial<Picture>): void {
    this.picture = { ...this.picture, ...change };
    this.paintSoon();
  }

  /** Keeps nodes in the page as elements, whatever the eye sees, until they are unpinned under the same reason. */
  pin(reason: string, nodes: Iterable<string>): void {
    const pinned = new Set(nodes);
    if (pinned.size === 0 && !this.pins.has(reason)) return;
    if (pinned.size === 0) this.pins.delete(reason);
    else this.pins.set(reason, pinned);
    this.updateWindow(true);
  }

  subscribeWindow = (listener: () => void): (() => void) => {
    this.windowListeners.add(listener);
    return () => this.windowListeners.delete(listener);
  };

  windowNodes = (): readonly number[] => this.window.nodes;

  /** Called once for each painted frame, for what moves with the view outside of React. */
  onFrame(listener: () => void): () => void {
    this.frameListeners.add(listener);
    return () => this.frameListeners.delete(listener);
  }

  paintSoon(): void {
    if (this.frame || !this.canvas) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paintNow();
    });
  }

  private paintInThisFrame(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.paintNow();
  }

  private paintNow(): void {
    const { canvas, root, picture } = this;
    const context = canvas?.getContext("2d");
    if (!canvas || !root || !context) return;
    const scale = Math.min(2, globalThis.devicePixelRatio || 1);
    const width = Math.round(picture.screen.width * scale);
    const height = Math.round(picture.screen.height * scale);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    this.theme ??= readTheme(root);
    paint(context, picture, this.theme, scale);
    for (const listener of this.frameListeners) listener();
  }

  currentTheme(): Theme | null {
    return this.theme;
  }

  private updateWindow(isForced: boolean): void {
    const { scene, view, screen } = this.picture;
    if (!isForced && isWindowGood(this.window, view, screen)) return;
    const pinned = new Set([...this.pins.values()].flatMap((nodes) => [...nodes]));
    const next = windowFor(scene, view, screen, pinned);
    const isSame = areSameNodes(next.nodes, this.window.nodes);
    this.window = isSame ? { ...next, nodes: this.window.nodes } : next;
    if (isSame && this.picture.elements.size === next.nodes.length) return;
    this.change({ elements: new Set(next.nodes) });
    for (const listener of this.windowListeners) listener();
  }

  /** A point of the page (as pointer events have it) on the plane. */
  pointAt(event: { readonly clientX: number; readonly clientY: number }): Point {
    const box = this.root?.getBoundingClientRect();
    return toPlane(this.view, { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) });
  }

  fit(nodes: Iterable<string> = [], isAnimated = true): void {
    const chosen = [...nodes].map((id) => this.scene.byId.get(id)).filter((node) => node !== undefined);
    const box = boxAround(chosen.length > 0 ? chosen : this.scene.nodes);
    if (box && this.screen.width > 0) this.glideTo(fitted(box, this.screen, FIT_MARGIN), isAnimated);
  }

  /** Shows a model that is opened: all of it, or its beginning where all could not be read. */
  open(): void {
    const box = boxAround(this.scene.nodes);
    if (box && this.screen.width > 0) this.glideTo(opening(box, this.screen, FIT_MARGIN), false);
  }

  /** Moves the view no further than needed to show a box. */
  reveal(box: Box): void {
    const view = moved(this.view, grown(box, 20), this.screen);
    if (view) this.glideTo(view, true);
  }

  /** Shows a new node: where all was seen before, all is again; else by the shortest way. At once, without a glide. */
  include(node: Box): void {
    const seen = seenBox(this.view, this.screen);
    if (containsBox(seen, node)) return;
    const before = boxAround(this.scene.nodes.filter((other) => other !== node));
    const whole = before && fitted(boxAround([before, node])!, this.screen, FIT_MARGIN, this.view.zoom);
    const near = moved(this.view, grown(node, 20), this.screen);
    if (whole && whole.zoom >= READABLE_ZOOM && containsBox(seen, before)) this.glideTo(whole, false);
    else if (near) this.glideTo(near, false);
  }

  zoomBy(factor: number): void {
    const { view, screen } = this;
    const zoom = Math.max(SMALLEST_ZOOM, Math.min(LARGEST_ZOOM, view.zoom * factor));
    const middle = { x: screen.width / 2, y: screen.height / 2 };
    const { x, y } = toPlane(view, middle);
    this.glideTo({ zoom, x: middle.x - x * zoom, y: middle.y - y * zoom }, true);
  }

  /** Goes to a view, in one movement unless the person wants none. */
  glideTo(to: Viewport, isAnimated: boolean): void {
    cancelAnimationFrame(this.gliding);
    if (!isAnimated || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.setViewport(to);
      return;
    }
    const from = this.view;
    const start = performance.now();
    const step = (now: number) => {
      const t = Math.min(1, (now - start) / GLIDE_MS);
      const eased = 1 - (1 - t) ** 3;
      const zoom = from.zoom * (to.zoom / from.zoom) ** eased;
      // The middle of the screen goes straight; x and y follow from it.
      const part = to.zoom === from.zoom ? eased : (zoom - from.zoom) / (to.zoom - from.zoom);
      this.setViewport({ zoom, x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
      // Already in a frame: painted at once, or edges would lag one frame behind their nodes.
      this.paintInThisFrame();
      if (t < 1) this.gliding = requestAnimationFrame(step);
    };
    this.gliding = requestAnimationFrame(step);
  }

  stopGliding(): void {
    cancelAnimationFrame(this.gliding);
  }
}
