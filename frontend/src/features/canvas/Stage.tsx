/**
 * React Flow holds the elements of the nodes near the eye and moves the view; a painted canvas beneath shows everything
 * else from the same scene. Presses, keys and edges are ours (see gestures/).
 */

import { ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useRef, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { useCanvasState } from "./canvasState";
import { useEngine } from "./engineContext";
import { CanvasMenu } from "./parts/CanvasMenu";
import { ConnectingHint } from "./parts/ConnectingHint";
import classes from "./parts/canvas.module.css";
import { EdgeLabels } from "./parts/EdgeLabels";
import { EmptyCanvas } from "./parts/EmptyCanvas";
import { HeatControls } from "./parts/HeatControls";
import { LayerSearch } from "./parts/LayerSearch";
import { Minimap } from "./parts/Minimap";
import { NodeActions } from "./parts/NodeActions";
import { NodeBox } from "./parts/NodeBox";
import { ZoomControls } from "./parts/ZoomControls";
import { useElements } from "./useElements";
import { useFocusRequests } from "./useFocusRequests";
import { useHeatOfModel } from "./useHeat";
import { useInsertions } from "./useInsertions";
import { usePaintedStores, useScene } from "./useScene";
import { useStageEvents } from "./useStageEvents";
import { useView } from "./useView";
import { LARGEST_ZOOM, SMALLEST_ZOOM } from "./view/viewport";

const NODE_TYPES = { layer: NodeBox };
const PAN_BUTTONS = [0, 1];
const NO_EDGES: never[] = [];

export function Stage() {
  const engine = useEngine();
  const root = useRef<HTMLDivElement>(null);
  const painted = useRef<HTMLCanvasElement>(null);
  const scene = useScene(engine);
  const window = useSyncExternalStore(engine.subscribeWindow, engine.windowNodes);
  const nodes = useElements(scene, window);
  const isConnecting = useCanvasState((state) => state.connecting !== null);
  const isDragging = useCanvasState((state) => state.isDragging);

  useView(engine, root, painted);
  usePaintedStores(engine, scene.model);
  useHeatOfModel(engine, scene.model);
  useFocusRequests(engine, scene);
  useInsertions(engine);
  useStageEvents(engine, root);

  return (
    <div
      ref={root}
      className={classes.stage}
      role="group"
      aria-label={t("canvas.stage", { model: scene.model })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys work on the canvas also where no node has the focus
      tabIndex={0}
      data-connecting={isConnecting || undefined}
      data-dragging={isDragging || undefined}
    >
      <canvas ref={painted} className={classes.painted} aria-hidden />
      <ReactFlow
        nodes={nodes}
        edges={NO_EDGES}
        nodeTypes={NODE_TYPES}
        minZoom={SMALLEST_ZOOM}
        maxZoom={LARGEST_ZOOM}
        panOnDrag={PAN_BUTTONS}
        zoomOnDoubleClick={false}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        deleteKeyCode={null}
        zoomActivationKeyCode={null}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        autoPanOnNodeFocus={false}
      >
        <EdgeLabels scene={scene} nodes={window} />
        <NodeActions scene={scene} />
      </ReactFlow>
      <EmptyCanvas scene={scene} />
      <ZoomControls />
      <HeatControls />
      <Minimap scene={scene} />
      <ConnectingHint />
      <LayerSearch />
      <CanvasMenu />
    </div>
  );
}
