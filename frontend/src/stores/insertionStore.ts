/** A layer on its way onto the canvas: chosen in the palette, placed by the canvas, which knows where there is room. */

import { create } from "zustand";
import type { NodeId } from "../document/types";
import type { JsonObject } from "../schema";

/** A new layer of a type, or (`again`) another call of the layer that a node calls. */
export type Insertion =
  | {
      readonly type: string;
      readonly config?: JsonObject;
      readonly name?: string;
      readonly again?: undefined;
    }
  | { readonly again: NodeId };

/** Pixels of the page, as pointer events have them. */
export interface PagePoint {
  readonly x: number;
  readonly y: number;
}

interface InsertionState {
  /** What is being dragged, and where the pointer is. */
  readonly dragged: { readonly insertion: Insertion; readonly at: PagePoint } | null;
  /** What is to be placed now: at a point of the page, or where the canvas finds room. */
  readonly request: {
    readonly id: number;
    readonly insertion: Insertion;
    readonly at: PagePoint | null;
  } | null;
  insert(insertion: Insertion, at?: PagePoint): void;
  drag(insertion: Insertion, at: PagePoint): void;
  /** Lets go: places what is dragged. */
  drop(): void;
  cancelDrag(): void;
}

let lastRequest = 0;

export const useInsertion = create<InsertionState>((set, get) => ({
  dragged: null,
  request: null,
  insert: (insertion, at) => {
    lastRequest += 1;
    set({ request: { id: lastRequest, insertion, at: at ?? null } });
  },
  drag: (insertion, at) => set({ dragged: { insertion, at } }),
  drop: () => {
    const { dragged, insert } = get();
    if (!dragged) return;
    set({ dragged: null });
    insert(dragged.insertion, dragged.at);
  },
  cancelDrag: () => set({ dragged: null }),
}));
