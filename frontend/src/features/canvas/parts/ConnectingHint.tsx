/** Why an edge may not end where the pointer is: one sentence beside it, moved without React. */

import { useEffect, useRef } from "react";
import { refusalText } from "../../../stores/refusals";
import { useCanvasState } from "../canvasState";
import { useEngine } from "../engineContext";
import { toScreen } from "../view/viewport";
import classes from "./canvas.module.css";

export function ConnectingHint() {
  const engine = useEngine();
  const box = useRef<HTMLDivElement>(null);
  const refusal = useCanvasState((state) => state.refusal);

  useEffect(() => {
    if (!refusal) return;
    const follow = () => {
      const { looseEdge } = engine.picture;
      if (!looseEdge || !box.current) return;
      const { x, y } = toScreen(engine.view, looseEdge.to);
      box.current.style.transform = `translate(${Math.round(x) + 16}px, ${Math.round(y) + 18}px)`;
    };
    follow();
    return engine.onFrame(follow);
  }, [engine, refusal]);

  if (!refusal) return null;
  return (
    <div ref={box} className={classes.hint} role="status" data-refusal={refusal.code}>
      {refusalText(refusal)}
    </div>
  );
}
