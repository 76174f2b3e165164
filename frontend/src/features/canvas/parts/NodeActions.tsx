/** What can be done with the one selected node, floating above it: the three commands that tell weights apart, first. */

import { NodeToolbar, Position } from "@xyflow/react";
import { CopyPlus, DoorOpen, PhoneForwarded, Trash2, Unlink } from "lucide-react";
import { t } from "../../../i18n";
import { useSelection } from "../../../stores/selectionStore";
import { ToolButton } from "../../../ui/ToolButton";
import { useCanvasState } from "../canvasState";
import { useEngine } from "../engineContext";
import { deleteSelected } from "../gestures/keyboard";
import { actionsOf } from "../nodeActions";
import type { Scene } from "../scene/scene";
import classes from "./canvas.module.css";

/** Room (in screen pixels) that the toolbar needs above a node; else it goes below. */
const ROOM = 76;

export function NodeActions({ scene }: { readonly scene: Scene }) {
  const engine = useEngine();
  const selected = useSelection((state) =>
    state.nodes.size === 1 && state.edges.size === 0 ? [...state.nodes][0] : undefined,
  );
  const isBusy = useCanvasState(
    (state) => state.isDragging || state.connecting !== null || state.renaming !== null,
  );
  const node = selected === undefined ? undefined : scene.byId.get(selected);
  if (!node || isBusy) return null;
  const actions = actionsOf(engine, node);
  const isAbove = node.y * engine.view.zoom + engine.view.y > ROOM;
  return (
    <NodeToolbar nodeId={node.id} isVisible position={isAbove ? Position.Top : Position.Bottom} offset={14}>
      <div
        className={classes.nodeActions}
        role="toolbar"
        aria-label={t("canvas.actions", { node: node.id })}
        data-canvas-overlay
      >
        <ToolButton
          icon={PhoneForwarded}
          name={t("canvas.callAgain")}
          disabled={!actions.callAgain}
          onClick={actions.callAgain}
        />
        <ToolButton icon={CopyPlus} name={t("canvas.duplicate")} onClick={actions.duplicate} />
        <ToolButton
          icon={Unlink}
          name={t("canvas.makeIndependent")}
          disabled={!actions.makeIndependent}
          onClick={actions.makeIndependent}
        />
        {actions.enter && <ToolButton icon={DoorOpen} name={t("canvas.goInside")} onClick={actions.enter} />}
        <span className={classes.divider} />
        <ToolButton icon={Trash2} name={t("canvas.delete")} onClick={() => deleteSelected(engine)} />
      </div>
    </NodeToolbar>
  );
}
