/** What is open or under way on the canvas and drawn by React: menus, search, a connecting gesture. Never per frame. */

import { create } from "zustand";
import type { Refusal } from "../../document/command";
import type { NodeId } from "../../document/types";
import type { Fits, PortRef } from "./scene/fits";
import type { Point } from "./scene/geometry";

export interface Connecting {
  readonly fits: Fits;
  /** `drag`: ends where the pointer is let go; else at the next click or Enter. */
  readonly mode: "drag" | "click" | "keyboard";
}

export interface Search {
  /** On the page, from the canvas' top left corner. */
  readonly at: Point;
  /** Where the new node goes, on the plane. */
  readonly position: Point;
  /** The port that the new node is connected to. */
  readonly from: PortRef | null;
}

export type Menu =
  | { readonly kind: "node"; readonly at: Point; readonly node: NodeId }
  | { readonly kind: "edge"; readonly at: Point; readonly edge: string };

interface CanvasState {
  readonly connecting: Connecting | null;
  /** Why the port under the pointer does not fit. */
  readonly refusal: Refusal | null;
  readonly search: Search | null;
  readonly menu: Menu | null;
  readonly renaming: NodeId | null;
  /** Nodes are being dragged: what floats beside them hides. */
  readonly isDragging: boolean;
  /** The edge into which a dragged layer would be spliced. */
  readonly splice: string | null;
}

const NOTHING: CanvasState = {
  connecting: null,
  refusal: null,
  search: null,
  menu: null,
  renaming: null,
  isDragging: false,
  splice: null,
};

export const useCanvasState = create<CanvasState>(() => NOTHING);

export function setCanvasState(change: Partial<CanvasState>): void {
  useCanvasState.setState(change);
}

export function canvasState(): CanvasState {
  return useCanvasState.getState();
}

/** Closes what belongs to one model when another is shown. */
export function resetCanvasState(): void {
  useCanvasState.setState(NOTHING);
}
