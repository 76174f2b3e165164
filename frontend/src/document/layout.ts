/** Arranges nodes from left to right by the way of the data (dagre). Pure; `layout.worker.ts` runs it off the page's thread. */

import { Graph, layout } from "@dagrejs/dagre";
import type { NodeId, Position } from "./types";

export interface LayoutTask {
  readonly nodes: readonly { readonly id: NodeId; readonly width: number; readonly height: number }[];
  readonly edges: readonly { readonly source: NodeId; readonly target: NodeId }[];
}

export type Positions = { readonly [node: NodeId]: Position };

const GAP_BETWEEN_LAYERS = 88;
const GAP_WITHIN_LAYER = 40;

export function arranged({ nodes, edges }: LayoutTask): Positions {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({
    rankdir: "LR",
    ranksep: GAP_BETWEEN_LAYERS,
    nodesep: GAP_WITHIN_LAYER,
    marginx: 0,
    marginy: 0,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { source, target } of edges) {
    if (graph.hasNode(source) && graph.hasNode(target) && source !== target) graph.setEdge(source, target);
  }
  layout(graph);
  return Object.fromEntries(
    nodes.map(({ id, width, height }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, [Math.round(x - width / 2), Math.round(y - height / 2)] as const];
    }),
  );
}
