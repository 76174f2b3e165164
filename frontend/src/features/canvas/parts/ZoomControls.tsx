/** Closer, farther, everything; the zoom in numbers follows the view without React. */

import { Maximize, Minus, Plus } from "lucide-react";
import { useEffect, useRef } from "react";
import { t } from "../../../i18n";
import { ToolButton } from "../../../ui/ToolButton";
import { useEngine } from "../engineContext";
import classes from "./canvas.module.css";

const FACTOR = 1.25;

export function ZoomControls() {
  const engine = useEngine();
  const percent = useRef<HTMLButtonElement>(null);

  useEffect(
    () =>
      engine.onFrame(() => {
        const text = `${Math.round(engine.view.zoom * 100)}%`;
        if (percent.current && percent.current.textContent !== text) percent.current.textContent = text;
      }),
    [engine],
  );

  return (
    <div className={classes.zoom} role="toolbar" aria-label={t("canvas.zoom")} data-canvas-overlay>
      <ToolButton icon={Minus} name={t("canvas.zoomOut")} onClick={() => engine.zoomBy(1 / FACTOR)} />
      <button
        ref={percent}
        type="button"
        className={classes.percent}
        title={t("canvas.zoomReset")}
        onClick={() => engine.zoomBy(1 / engine.view.zoom)}
      >
        100%
      </button>
      <ToolButton icon={Plus} name={t("canvas.zoomIn")} onClick={() => engine.zoomBy(FACTOR)} />
      <ToolButton icon={Maximize} name={t("canvas.fit")} onClick={() => engine.fit()} />
    </div>
  );
}
