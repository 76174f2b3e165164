/** Places what the palette sends, and shows where a dragged layer would be spliced into an edge. */

import { useEffect } from "react";
import { useInsertion } from "../../stores/insertionStore";
import type { CanvasEngine } from "./engine";
import { insert, spliceAt } from "./gestures/inserting";

export function useInsertions(engine: CanvasEngine): void {
  useEffect(() => {
    // What was asked for before the canvas was there is not for it.
    let answered = useInsertion.getState().request?.id ?? 0;
    return useInsertion.subscribe(({ request, dragged }, before) => {
      if (dragged !== before.dragged) {
        const edge =
          dragged && isOver(engine, dragged.at) ? spliceAt(engine, dragged.insertion, dragged.at) : null;
        if (edge !== engine.picture.hoveredEdge) engine.change({ hoveredEdge: edge });
      }
      if (!request || request.id === answered) return;
      answered = request.id;
      if (request.at === null || isOver(engine, request.at)) insert(engine, request.insertion, request.at);
    });
  }, [engine]);
}

function isOver(engine: CanvasEngine, at: { readonly x: number; readonly y: number }): boolean {
  const box = engine.root?.getBoundingClientRect();
  return box !== undefined && at.x >= box.left && at.x <= box.right && at.y >= box.top && at.y <= box.bottom;
}
