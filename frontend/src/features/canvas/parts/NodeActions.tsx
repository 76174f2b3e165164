/** What can be done with the one selected node, floating above it: the three commands that tell weights apart, first. */

import { NodeToolbar, Position } from "@xyflow/react";
import { CopyPlus, DoorOpen, PhoneForwarded, Trash2, Unlink } from "lucide-react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../../../i18n";
import { useSelection } from "../../../stores/selectionStore";
import { ToolButton } from "../../../ui/ToolButton";
import { useCanvasState } from "../canvasState";
import type { CanvasEngine } from "../engine";
import { useEngine } from "../engineContext";
import { deleteSelected } from "../gestures/keyboard";
import { actionsOf } from "../nodeActions";
import { containsBox, overlaps } from "../scene/geometry";
import type { Scene, SceneNode } from "../scene/scene";
import { seenBox } from "../view/viewport";
import classes from "./canvas.module.css";

export function NodeActions({ scene }: { readonly scene: Scene }) {
  const engine = useEngine();
  useRestingView(engine);
  const selected = useSelection((state) =>
    state.nodes.size === 1 && state.edges.size === 0 ? [...state.nodes][0] : undefined,
  );
  const isBusy = useCanvasState(
    (state) => state.isDragging || state.connecting !== null || state.renaming !== null,
  );
  const node = selected === undefined ? undefined : scene.byId.get(selected);
  if (!node || isBusy) return null;
  const actions = actionsOf(engine, node);
  if (engine.view.zoom < LEAST_ZOOM || !overlaps(seenBox(engine.view, engine.screen), node)) return null;
  const side = sideFor(engine, node);
  const bar = (
    <div
      className={classes.nodeActions}
      data-docked={side === null || undefined}
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
  );
  if (side === null) return createPortal(bar, engine.root!);
  return (
    <NodeToolbar nodeId={node.id} isVisible position={side} offset={OFFSET}>
      {bar}
    </NodeToolbar>
  );
}

/** Farther away one cannot tell which node it is about. */
const LEAST_ZOOM = 0.25;
const OFFSET = 14;
const WIDTH = 178;
const HEIGHT = 38;

/** Above or below the node, where it lies on no other; null: there is no room on either side. */
function sideFor({ scene, view, screen }: CanvasEngine, node: SceneNode): Position | null {
  const width = WIDTH / view.zoom;
  const height = (HEIGHT + OFFSET) / view.zoom;
  const x = node.x + node.width / 2 - width / 2;
  const seen = seenBox(view, screen);
  const isFree = (y: number) => {
    const box = { x, y, width, height };
    return (
      containsBox(seen, box) &&
      scene.nodeGrid.inside(box).every((index) => index === node.index || !overlaps(box, scene.nodes[index]!))
    );
  };
  if (isFree(node.y - height)) return Position.Top;
  return isFree(node.y + node.height) ? Position.Bottom : null;
}

/** Draws again once the view has come to rest: what was room may be none. */
function useRestingView(engine: CanvasEngine): void {
  const [, setRest] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let { view } = engine;
    const stop = engine.onFrame(() => {
      if (view === engine.view) return;
      view = engine.view;
      clearTimeout(timer);
      timer = setTimeout(() => setRest((count) => count + 1), 120);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [engine]);
}
