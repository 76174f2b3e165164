/** One layer type, model or layer in the palette: a click or Enter adds it, dragging drops it where one wants it. */

import { Tooltip } from "@mantine/core";
import { useRef } from "react";
import { t } from "../../i18n";
import { useInsertion } from "../../stores/insertionStore";
import { categoryLook, layerLook } from "../../ui/categories";
import { followPress } from "../../ui/followPress";
import type { Entry } from "./entries";
import classes from "./palette.module.css";

export function PaletteEntry({ entry }: { readonly entry: Entry }) {
  const { insert, drag, drop, cancelDrag } = useInsertion.getState();
  const wasDragged = useRef(false);
  const isAgain = entry.insertion.again !== undefined;
  const { icon: Icon, color } = lookOf(entry);
  const at = ({ clientX, clientY }: PointerEvent) => ({ x: clientX, y: clientY });
  return (
    <Tooltip label={tipOf(entry)} position="right" multiline maw={260} disabled={tipOf(entry) === ""}>
      <button
        type="button"
        className={classes.entry}
        data-entry
        data-layer-type={isAgain || entry.type === "Model" ? undefined : entry.type}
        data-call-model={entry.type === "Model" && !isAgain ? entry.name : undefined}
        data-call-again={isAgain ? entry.name : undefined}
        aria-label={isAgain ? t("palette.callAgain", { layer: entry.name }) : undefined}
        onPointerDown={(event) => {
          wasDragged.current = false;
          if (event.button !== 0) return;
          followPress(event.nativeEvent, {
            start: (moved) => {
              wasDragged.current = true;
              drag(entry.insertion, at(moved));
            },
            move: (moved) => drag(entry.insertion, at(moved)),
            end: drop,
            cancel: cancelDrag,
          });
        }}
        onClick={(event) => {
          // A drag that was let go over its own button ends in a click too; it adds nothing.
          if (event.detail !== 0 && wasDragged.current) wasDragged.current = false;
          else insert(entry.insertion);
        }}
      >
        <Icon size={15} strokeWidth={1.9} color={color} aria-hidden />
        <span className={classes.name}>{entry.name}</span>
        {entry.calls !== undefined && entry.calls > 1 && (
          <span className={classes.calls}>{t("palette.calls", { count: entry.calls })}</span>
        )}
      </button>
    </Tooltip>
  );
}

function lookOf({ type, category, insertion }: Entry) {
  if (type === "Model" && insertion.again === undefined) return categoryLook("models");
  return layerLook(type, category);
}

function tipOf({ name, type, summary, insertion }: Entry): string {
  if (insertion.again !== undefined) return t("palette.callAgainTip", { layer: name, type });
  return type === "Model" ? t("palette.modelTip", { model: name }) : summary.replaceAll("`", "");
}
