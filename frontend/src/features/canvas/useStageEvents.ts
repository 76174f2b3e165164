/** Listens on the stage once, for all its nodes: presses, hovering, wheel, keys, menus. */

import { type RefObject, useEffect } from "react";
import { canvasState, setCanvasState } from "./canvasState";
import type { CanvasEngine } from "./engine";
import { choosePort, pullTo } from "./gestures/connecting";
import { onKey } from "./gestures/keyboard";
import { EDGE_REACH, onDoubleClick, onPointerDown, openMenu, portOf } from "./gestures/pointer";
import { WheelKind } from "./gestures/wheel";
import { enterNode } from "./nodeActions";
import { edgeAt, nodeAt } from "./scene/hits";

export function useStageEvents(engine: CanvasEngine, root: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const stage = root.current;
    if (!stage) return;
    const ours = new AbortController();
    const { signal } = ours;
    const wheels = new WheelKind();
    let isOurPress = false;

    const enterOrRename = (node: string) => {
      if (!enterNode(node)) setCanvasState({ renaming: node });
    };

    stage.addEventListener(
      "pointerdown",
      (event) => {
        // A second finger belongs to the gesture of the first: a pinch where that one pans.
        if (event.isPrimary) isOurPress = onPointerDown(engine, event);
      },
      { signal, capture: true },
    );
    for (const kind of ["mousedown", "touchstart"] as const) {
      stage.addEventListener(
        kind,
        (event) => {
          // React Flow pans from these; a press that is ours must not.
          if (isOurPress && (event.target as Element).closest(".react-flow__pane")) event.stopPropagation();
        },
        { signal, capture: true, passive: true },
      );
    }
    stage.addEventListener("pointermove", (event) => hover(engine, stage, event), { signal });
    stage.addEventListener("pointerleave", () => engine.change({ hoveredEdge: null }), { signal });
    stage.addEventListener("dblclick", (event) => onDoubleClick(engine, event, enterOrRename), { signal });
    stage.addEventListener("contextmenu", (event) => openMenu(engine, event), { signal });
    stage.addEventListener(
      "click",
      (event) => {
        // Without a press before it: a screen reader's click, or a script's.
        const port = event.detail === 0 ? portOf(event.target as Element) : null;
        if (port) choosePort(engine, port, "click");
      },
      { signal },
    );
    stage.addEventListener(
      "keydown",
      (event) => {
        if (onKey(engine, event, enterOrRename)) event.preventDefault();
      },
      { signal },
    );
    stage.addEventListener("scroll", (event) => panInsteadOf(engine, event), { signal, capture: true });
    stage.addEventListener("focusin", (event) => followFocus(engine, event), { signal });
    stage.addEventListener(
      "wheel",
      (event) => {
        engine.stopGliding();
        if ((event.target as Element).closest("[data-canvas-overlay]")) {
          event.stopPropagation();
          return;
        }
        if (!event.shiftKey && !wheels.isTrackpadPan(event)) return;
        event.preventDefault();
        event.stopPropagation();
        const { x, y, zoom } = engine.view;
        const isSideways = event.shiftKey && event.deltaX === 0;
        const dx = isSideways ? event.deltaY : event.deltaX;
        const dy = isSideways ? 0 : event.deltaY;
        engine.setViewport({ x: x - dx, y: y - dy, zoom });
      },
      { signal, capture: true, passive: false },
    );
    return () => ours.abort();
  }, [engine, root]);
}

/** The browser scrolls to what it finds or focuses; here the view moves, and nothing is ever scrolled. */
function panInsteadOf(engine: CanvasEngine, { target }: Event): void {
  if (!(target instanceof Element) || target.closest("[data-canvas-overlay]")) return;
  const { scrollLeft, scrollTop } = target;
  if (scrollLeft === 0 && scrollTop === 0) return;
  target.scrollTo(0, 0);
  const { x, y, zoom } = engine.view;
  engine.setViewport({ x: x - scrollLeft, y: y - scrollTop, zoom });
}

/** What is reached by Tab comes into view. */
function followFocus(engine: CanvasEngine, { target }: FocusEvent): void {
  if (!(target instanceof Element) || !target.matches(":focus-visible")) return;
  const node = engine.scene.byId.get(target.closest<HTMLElement>("[data-node]")?.dataset.node ?? "");
  if (node) engine.reveal(node);
}

/** Lights the edge under the pointer, and draws the loose edge while connecting by clicks. */
function hover(engine: CanvasEngine, stage: HTMLElement, event: PointerEvent): void {
  const { connecting, isDragging } = canvasState();
  if (connecting && connecting.mode !== "drag") {
    pullTo(engine, engine.pointAt(event));
    return;
  }
  if (connecting || isDragging || event.buttons !== 0) return;
  const target = event.target as Element;
  const label = target.closest<HTMLElement>("[data-edge]")?.dataset.edge;
  const isPlane = target.closest(".react-flow__pane") !== null;
  const point = engine.pointAt(event);
  const node = isPlane ? nodeAt(engine.scene, point) : null;
  const edge =
    label ??
    (isPlane && !node ? edgeAt(engine.scene, point, EDGE_REACH / engine.view.zoom)?.id : undefined) ??
    null;
  if (edge !== engine.picture.hoveredEdge) {
    engine.change({ hoveredEdge: edge });
    stage.toggleAttribute("data-over-edge", edge !== null);
  }
  stage.toggleAttribute("data-over-node", node !== null);
}
