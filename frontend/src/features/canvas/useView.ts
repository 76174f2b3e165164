/** Ties the engine to React Flow's view: pan and zoom arrive before the next frame, without drawing React anew. */

import { useReactFlow, useStoreApi } from "@xyflow/react";
import { type RefObject, useLayoutEffect } from "react";
import type { CanvasEngine } from "./engine";

export function useView(
  engine: CanvasEngine,
  root: RefObject<HTMLDivElement | null>,
  painted: RefObject<HTMLCanvasElement | null>,
): void {
  const store = useStoreApi();
  const flow = useReactFlow();

  useLayoutEffect(() => {
    const box = root.current;
    if (!box || !painted.current) return;
    const unmount = engine.mount(box, painted.current);
    engine.setViewport = (view) => void flow.setViewport(view);
    // Measured when it changes and never in a frame, where asking would force a layout.
    let size = { width: box.clientWidth, height: box.clientHeight };
    const read = () => {
      const {
        transform: [x, y, zoom],
      } = store.getState();
      engine.setView({ x, y, zoom }, size);
    };
    read();
    const unsubscribe = store.subscribe(read);
    const resized = new ResizeObserver(() => {
      size = { width: box.clientWidth, height: box.clientHeight };
      read();
    });
    resized.observe(box);
    return () => {
      unsubscribe();
      resized.disconnect();
      unmount();
    };
  }, [engine, root, painted, store, flow]);
}
