/** What is being dragged from the palette, beside the pointer. */

import { createPortal } from "react-dom";
import { useInsertion } from "../../stores/insertionStore";
import classes from "./palette.module.css";

export function DragGhost() {
  const dragged = useInsertion((state) => state.dragged);
  if (!dragged) return null;
  const { insertion, at } = dragged;
  const name =
    insertion.again ??
    (typeof insertion.config?.model === "string" ? insertion.config.model : insertion.type);
  return createPortal(
    <div
      className={classes.ghost}
      style={{ transform: `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)` }}
    >
      {name}
    </div>,
    document.body,
  );
}
