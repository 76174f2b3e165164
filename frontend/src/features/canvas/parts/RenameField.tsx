/** A node's id, being changed in its place: Enter keeps it, Escape does not. */

import { useEffect, useRef } from "react";
import { renameNode } from "../../../document/commands";
import { t } from "../../../i18n";
import { openModel, useDocument } from "../../../stores/documentStore";
import { useSelection } from "../../../stores/selectionStore";
import { setCanvasState } from "../canvasState";
import classes from "./node.module.css";

export function RenameField({ node }: { readonly node: string }) {
  const field = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  function finish(isKept: boolean): void {
    if (isDone.current) return;
    isDone.current = true;
    const to = field.current?.value.trim() ?? "";
    setCanvasState({ renaming: null });
    if (!isKept || to === "" || to === node) return;
    const { run, ...state } = useDocument.getState();
    const outcome = run(renameNode({ model: openModel(state), node, to }));
    if (!outcome.refused) useSelection.getState().select([to]);
  }

  return (
    <input
      ref={field}
      className={classes.rename}
      defaultValue={node}
      maxLength={64}
      spellCheck={false}
      aria-label={t("canvas.rename")}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(true);
        if (event.key === "Escape") finish(false);
      }}
    />
  );
}
