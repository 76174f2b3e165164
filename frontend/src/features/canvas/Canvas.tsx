/** The canvas: the open model's nodes and edges, to be wired. */

import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";
import { t } from "../../i18n";
import { useOpenModelId } from "../../stores/derived";
import { resetCanvasState } from "./canvasState";
import { CanvasEngine } from "./engine";
import { EngineContext } from "./engineContext";
import classes from "./parts/canvas.module.css";
import { Stage } from "./Stage";

export function Canvas() {
  const [engine] = useState(() => new CanvasEngine());
  const model = useOpenModelId();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another model closes what belonged to the one before
  useEffect(() => resetCanvasState(), [model]);

  return (
    <section className={classes.region} aria-label={t("canvas.region")}>
      <EngineContext value={engine}>
        <ReactFlowProvider>
          <Stage />
        </ReactFlowProvider>
      </EngineContext>
    </section>
  );
}
