/** Arranges nodes from left to right by the way of the data (dagre). Pure; `layout.worker.ts` runs it off the page's thread. */

import { Graph, layout } from "@dagrejs/dagre";
import type { NodeId, Position } from "./types";

export interface LayoutTask {
  /** From top to bottom as they should stand where nothing else decides. */
  readonly nodes: readonly { readonly id: NodeId; readonly width: number; readonly height: number }[];
  readonly edges: readonly { readonly source: NodeId; readonly target: NodeId }[];
}

export type Positions = { readonly [node: NodeId]: Position };

const GAP_BETWEEN_LAYERS = 120;
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
  const centres = nodes.map(({ id }) => graph.node(id) as { x: number; y: number });
  const mirror = isUpsideDown(centres) ? -1 : 1;
  return Object.fromEntries(
    nodes.map(({ id, width, height }, index) => {
      const { x, y } = centres[index]!;
      return [id, [Math.round(x - width / 2), Math.round(mirror * y - height / 2)] as const];
    }),
  );
}

/** Whether nodes of one column stand mostly in the order opposite to the one they were given in. */
function isUpsideDown(centres: readonly { x: number; y: number }[]): boolean {
  const columns = new Map<number, number[]>();
  for (const { x, y } of centres) {
    const column = columns.get(Math.round(x));
    if (column) column.push(y);
    else columns.set(Math.round(x), [y]);
  }
  let order = 0;
  for (const column of columns.values()) {
    for (let index = 1; index < column.length; index += 1)
      order += Math.sign(column[index]! - column[index - 1]!);
  }
  return order < 0;
}
