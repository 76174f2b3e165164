/** Where each node stands: as the document's view says, else in columns by how far it is from the inputs. */

import { inOrder, producersOf } from "../../../document/questions";
import type { Document, Model, ModelId, NodeId, Position } from "../../../document/types";

export const COLUMN_WIDTH = 260;
export const ROW_GAP = 120;

/** Answers for the nodes of one model. A node without a position of its own never lies on one that has. */
export function placesFor(document: Document, model: ModelId): (node: NodeId) => Position {
  const view = document.view?.[model]?.nodes ?? {};
  const nodes = document.models[model];
  let fallback: ReadonlyMap<NodeId, Position> | null = null;
  return (node) => {
    const own = view[node];
    if (isPosition(own)) return own;
    fallback ??= nodes ? columnsOf(nodes, lowest(Object.values(view))) : new Map();
    return fallback.get(node) ?? [0, 0];
  };
}

/** A document may come from anywhere: what is no position counts as none. */
function isPosition(value: Position | undefined): value is Position {
  return Array.isArray(value) && Number.isFinite(value[0]) && Number.isFinite(value[1]);
}

function lowest(positions: readonly Position[]): number {
  let y = Number.NEGATIVE_INFINITY;
  for (const position of positions) if (isPosition(position)) y = Math.max(y, position[1]);
  return Number.isFinite(y) ? y + 2 * ROW_GAP : 0;
}

function columnsOf(model: Model, top: number): ReadonlyMap<NodeId, Position> {
  const column = new Map<NodeId, number>();
  const rows = new Map<number, number>();
  const places = new Map<NodeId, Position>();
  for (const node of inOrder(model)) {
    const before = producersOf(model, node).map((producer) => column.get(producer) ?? -1);
    const own = Math.max(-1, ...before) + 1;
    const row = rows.get(own) ?? 0;
    column.set(node, own);
    rows.set(own, row + 1);
    places.set(node, [own * COLUMN_WIDTH, top + row * ROW_GAP]);
  }
  return places;
}
