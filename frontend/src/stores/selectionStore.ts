/** What is selected, hovered and asked for on the canvas. */

import { create } from "zustand";
import type { EdgeId } from "../document/ports";
import type { LayerId, ModelId, NodeId } from "../document/types";

/** A wish to see something on the canvas; each has another `id`, so that the same node can be asked for twice. */
export interface FocusRequest {
  readonly id: number;
  readonly model: ModelId;
  /** Nodes to bring into view; empty: the whole model. */
  readonly nodes: readonly NodeId[];
}

interface SelectionState {
  readonly nodes: ReadonlySet<NodeId>;
  readonly edges: ReadonlySet<EdgeId>;
  /** The layer under the pointer: all its calls light up. */
  readonly hoverLayer: LayerId | null;
  readonly focus: FocusRequest | null;
  /** The config field or training field that a problem points to, for the inspector to bring into view. */
  readonly field: string | null;
  select(nodes: Iterable<NodeId>, edges?: Iterable<EdgeId>): void;
  toggleNode(node: NodeId): void;
  clear(): void;
  setHoverLayer(layer: LayerId | null): void;
  /** Brings nodes into view; the canvas does it. */
  requestFocus(model: ModelId, nodes?: readonly NodeId[]): void;
  setField(field: string | null): void;
}

const NO_NODES: ReadonlySet<NodeId> = new Set();
const NO_EDGES: ReadonlySet<EdgeId> = new Set();

let lastRequest = 0;

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}

export const useSelection = create<SelectionState>((set, get) => ({
  nodes: NO_NODES,
  edges: NO_EDGES,
  hoverLayer: null,
  focus: null,
  field: null,
  select: (nodes, edges = []) => {
    const nextNodes = new Set(nodes);
    const nextEdges = new Set(edges);
    const state = get();
    // The same selection keeps its objects, so that nothing draws again.
    set({
      nodes: isSame(state.nodes, nextNodes) ? state.nodes : nextNodes,
      edges: isSame(state.edges, nextEdges) ? state.edges : nextEdges,
      field: null,
    });
  },
  toggleNode: (node) => {
    const nodes = new Set(get().nodes);
    if (!nodes.delete(node)) nodes.add(node);
    set({ nodes, field: null });
  },
  clear: () => {
    const { nodes, edges } = get();
    if (nodes.size > 0 || edges.size > 0) set({ nodes: NO_NODES, edges: NO_EDGES, field: null });
  },
  setHoverLayer: (hoverLayer) => set({ hoverLayer }),
  requestFocus: (model, nodes = []) => {
    lastRequest += 1;
    set({ focus: { id: lastRequest, model, nodes } });
  },
  setField: (field) => set({ field }),
}));
