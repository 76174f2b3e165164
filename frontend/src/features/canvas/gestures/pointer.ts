/** What a press of the pointer on the canvas means: by what lies beneath it, element or painted. */

import { useSelection } from "../../../stores/selectionStore";
import { followPress } from "../../../ui/followPress";
import { canvasState, setCanvasState } from "../canvasState";
import type { CanvasEngine } from "../engine";
import type { PortRef } from "../scene/fits";
import { boxBetween, type Point } from "../scene/geometry";
import { edgeAt, nodeAt } from "../scene/hits";
import { beginConnecting, cancelConnecting, choosePort, letGoAt, pullTo } from "./connecting";
import { NodeMove } from "./moving";

/** How near (in screen pixels) the pointer must be to an edge. */
export const EDGE_REACH = 7;

/** Whether the press belongs to us; else it pans. */
export function onPointerDown(engine: CanvasEngine, event: PointerEvent): boolean {
  const target = event.target as Element;
  if (target.closest("[data-canvas-overlay]")) return true;
  engine.stopGliding();
  setCanvasState({ menu: null, search: null });
  const port = portOf(target);
  if (port && event.button === 0) {
    pressPort(engine, event, port);
    return true;
  }
  if (event.button !== 0 || target.closest("input, textarea")) return false;
  const point = engine.pointAt(event);
  if (canvasState().connecting) {
    pressWhileConnecting(engine, event);
    return true;
  }
  const node = target.closest<HTMLElement>("[data-node]")?.dataset.node ?? paintedNodeAt(engine, point);
  if (node) {
    pressNode(engine, event, node);
    return true;
  }
  if (event.shiftKey) {
    pressForBox(engine, event, point);
    return true;
  }
  pressPlane(engine, event, target.closest<HTMLElement>("[data-edge]")?.dataset.edge ?? null);
  return false;
}

/** The port that an element stands for. */
export function portOf(target: Element): PortRef | null {
  const data = target.closest<HTMLElement>("[data-port]")?.dataset;
  if (!data?.port) return null;
  const dot = data.port.indexOf(".");
  return {
    node: data.port.slice(0, dot),
    port: data.port.slice(dot + 1),
    kind: data.portKind === "input" ? "input" : "output",
  };
}

function paintedNodeAt(engine: CanvasEngine, point: Point): string | null {
  const node = nodeAt(engine.scene, point);
  return node && !engine.picture.elements.has(node.index) ? node.id : null;
}

function pressPort(engine: CanvasEngine, down: PointerEvent, port: PortRef): void {
  const wasConnecting = canvasState().connecting !== null;
  followPress(down, {
    start: () => {
      if (!wasConnecting) beginConnecting(engine, port, "drag");
    },
    move: (event) => pullTo(engine, engine.pointAt(event)),
    end: (event) => letGo(engine, event),
    click: () => choosePort(engine, port, "click"),
    cancel: () => cancelConnecting(engine),
  });
}

/** After a click on a port, the next press ends the edge. */
function pressWhileConnecting(engine: CanvasEngine, down: PointerEvent): void {
  followPress(down, {
    move: (event) => pullTo(engine, engine.pointAt(event)),
    end: (event) => letGo(engine, event),
    click: (event) => letGo(engine, event),
    cancel: () => cancelConnecting(engine),
  });
}

function letGo(engine: CanvasEngine, event: PointerEvent): void {
  const { connecting } = canvasState();
  const point = engine.pointAt(event);
  if (!connecting || letGoAt(engine, point) !== "empty") return;
  const isOverCanvas =
    engine.root?.contains(document.elementFromPoint(event.clientX, event.clientY)) ?? false;
  const { from } = connecting.fits;
  cancelConnecting(engine);
  if (isOverCanvas) openSearch(engine, event, from);
}

/** The list of layer types at a point, for a new node there. */
export function openSearch(
  engine: CanvasEngine,
  event: { readonly clientX: number; readonly clientY: number },
  from: PortRef | null,
): void {
  const box = engine.root?.getBoundingClientRect();
  if (!box) return;
  setCanvasState({
    search: {
      at: { x: event.clientX - box.left, y: event.clientY - box.top },
      position: engine.pointAt(event),
      from,
    },
  });
}

function pressNode(engine: CanvasEngine, down: PointerEvent, node: string): void {
  const { nodes, select, toggleNode } = useSelection.getState();
  const isAdding = down.shiftKey || down.ctrlKey || down.metaKey;
  const wasSelected = nodes.has(node);
  // Selected on the press, so that what is dragged is what is lit; a click on one of several waits for the release.
  if (!wasSelected && !isAdding) select([node]);
  let move: NodeMove | null = null;
  followPress(down, {
    start: () => {
      const { nodes: selected } = useSelection.getState();
      if (isAdding && !selected.has(node)) toggleNode(node);
      move = new NodeMove(engine, useSelection.getState().nodes);
    },
    move: (event) => {
      const { zoom } = engine.view;
      move?.to((event.clientX - down.clientX) / zoom, (event.clientY - down.clientY) / zoom);
    },
    end: () => move?.end(),
    cancel: () => move?.cancel(),
    click: () => {
      if (isAdding) toggleNode(node);
      else if (wasSelected) select([node]);
    },
  });
}

function pressForBox(engine: CanvasEngine, down: PointerEvent, start: Point): void {
  const before = useSelection.getState().nodes;
  followPress(down, {
    move: (event) => {
      const box = boxBetween(start, engine.pointAt(event));
      engine.change({ selecting: box });
      const inside = engine.scene.nodeGrid.inside(box).map((index) => engine.scene.nodes[index]!.id);
      useSelection.getState().select([...before, ...inside]);
    },
    end: () => engine.change({ selecting: null }),
    cancel: () => {
      engine.change({ selecting: null });
      useSelection.getState().select(before);
    },
  });
}

/** React Flow pans; a press that did not move selects the edge beneath, or nothing. */
function pressPlane(engine: CanvasEngine, down: PointerEvent, label: string | null): void {
  followPress(down, {
    click: (event) => {
      const edge = label ?? edgeAt(engine.scene, engine.pointAt(event), EDGE_REACH / engine.view.zoom)?.id;
      const { nodes, edges, select, clear } = useSelection.getState();
      if (!edge) {
        if (!event.shiftKey) clear();
      } else if (event.ctrlKey || event.metaKey) {
        select(nodes, edges.has(edge) ? [...edges].filter((id) => id !== edge) : [...edges, edge]);
      } else {
        select([], [edge]);
      }
      engine.root?.focus({ preventScroll: true });
    },
  });
}

/** Goes inside a model; on an empty place opens the search. */
export function onDoubleClick(engine: CanvasEngine, event: MouseEvent, enter: (node: string) => void): void {
  const target = event.target as Element;
  if (target.closest("[data-port], [data-edge], [data-canvas-overlay], input, textarea")) return;
  const point = engine.pointAt(event);
  const node = target.closest<HTMLElement>("[data-node]")?.dataset.node ?? paintedNodeAt(engine, point);
  if (node) enter(node);
  else if (!edgeAt(engine.scene, point, EDGE_REACH / engine.view.zoom)) openSearch(engine, event, null);
}

export function openMenu(engine: CanvasEngine, event: MouseEvent): void {
  const target = event.target as Element;
  const box = engine.root?.getBoundingClientRect();
  if (!box || target.closest("[data-canvas-overlay], input, textarea")) return;
  event.preventDefault();
  const at = { x: event.clientX - box.left, y: event.clientY - box.top };
  const point = engine.pointAt(event);
  const node = target.closest<HTMLElement>("[data-node]")?.dataset.node ?? nodeAt(engine.scene, point)?.id;
  const edge =
    target.closest<HTMLElement>("[data-edge]")?.dataset.edge ??
    edgeAt(engine.scene, point, EDGE_REACH / engine.view.zoom)?.id;
  const { nodes, select } = useSelection.getState();
  if (node) {
    if (!nodes.has(node)) select([node]);
    setCanvasState({ menu: { kind: "node", at, node } });
  } else if (edge) {
    select([], [edge]);
    setCanvasState({ menu: { kind: "edge", at, edge } });
  } else {
    openSearch(engine, event, null);
  }
}
