/** Keys on the canvas. Each is one step of undo, as with the pointer. */

import type { Command } from "../../../document/command";
import { batch, deleteNodes, disconnect, moveNodes } from "../../../document/commands";
import type { Position } from "../../../document/types";
import { t } from "../../../i18n";
import { announce } from "../../../stores/announceStore";
import { openModel, useDocument } from "../../../stores/documentStore";
import { useSelection } from "../../../stores/selectionStore";
import { canvasState, setCanvasState } from "../canvasState";
import type { CanvasEngine } from "../engine";
import { cancelConnecting, choosePort } from "./connecting";
import { portOf } from "./pointer";

const STEP = 10;
const LONG_STEP = 50;
const WAYS: { readonly [key: string]: Position } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whether the key was ours. */
export function onKey(engine: CanvasEngine, event: KeyboardEvent, enter: (node: string) => void): boolean {
  const target = event.target as Element;
  if (target.closest("input, textarea, select, [contenteditable], [role=menu], [role=dialog]")) return false;
  const port = portOf(target);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "Escape") return leave(engine);
  if ((event.key === "a" || event.key === "A") && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    useSelection.getState().select(engine.scene.byId.keys());
    return true;
  }
  if (!isPlain) return false;
  if ((event.key === "Enter" || event.key === " ") && port) {
    choosePort(engine, port, "keyboard");
    return true;
  }
  if (event.key === "Delete" || event.key === "Backspace") {
    return port?.kind === "input" ? disconnectLast(engine, port.node, port.port) : deleteSelected(engine);
  }
  const node = target.closest<HTMLElement>("[data-node]")?.dataset.node;
  if (target.closest("button")) return false;
  if (event.key === "Enter" && node) {
    enter(node);
    return true;
  }
  if (event.key === " " && node) {
    if (event.shiftKey) useSelection.getState().toggleNode(node);
    else useSelection.getState().select([node]);
    return true;
  }
  if (event.key === "F2" && node) {
    setCanvasState({ renaming: node });
    return true;
  }
  const way = WAYS[event.key];
  return way ? moveSelected(engine, way, event.shiftKey ? LONG_STEP : STEP) : false;
}

function leave(engine: CanvasEngine): boolean {
  const { connecting, menu, search } = canvasState();
  if (connecting) cancelConnecting(engine);
  else if (menu || search) setCanvasState({ menu: null, search: null });
  else if (useSelection.getState().nodes.size + useSelection.getState().edges.size > 0)
    useSelection.getState().clear();
  else return false;
  return true;
}

/** Deletes selected nodes and edges as one step. */
export function deleteSelected(engine: CanvasEngine): boolean {
  const { nodes, edges, clear } = useSelection.getState();
  const { run, ...state } = useDocument.getState();
  const model = openModel(state);
  const chosen = [...edges]
    .map((id) => engine.scene.edgeById.get(id)?.edge)
    .filter((edge) => edge !== undefined);
  const commands: Command[] = [];
  if (chosen.length > 0) commands.push(disconnect({ model, edges: chosen }));
  if (nodes.size > 0) commands.push(deleteNodes({ model, nodes: [...nodes] }));
  const [first, second] = commands;
  if (!first) return false;
  const outcome = run(second ? batch("delete", [first, second]) : first);
  if (!outcome.refused) {
    announce(t("canvas.announce.deleted", { nodes: nodes.size, edges: chosen.length }));
    clear();
    // The element that had the focus is gone with its node.
    engine.root?.focus({ preventScroll: true });
  }
  return true;
}

function disconnectLast(engine: CanvasEngine, node: string, port: string): boolean {
  const edge = engine.scene.edges.findLast(
    ({ edge: { target } }) => target.node === node && target.port === port,
  );
  if (!edge) return false;
  const { run, ...state } = useDocument.getState();
  run(disconnect({ model: openModel(state), edges: [edge.edge] }));
  announce(t("canvas.announce.deleted", { nodes: 0, edges: 1 }));
  return true;
}

function moveSelected(engine: CanvasEngine, [dx, dy]: Position, step: number): boolean {
  const chosen = [...useSelection.getState().nodes]
    .map((id) => engine.scene.byId.get(id))
    .filter((node) => node !== undefined);
  if (chosen.length === 0) return false;
  const { run, ...state } = useDocument.getState();
  run(
    moveNodes({
      model: openModel(state),
      positions: Object.fromEntries(
        chosen.map((node) => [node.id, [node.x + dx * step, node.y + dy * step] as const]),
      ),
    }),
  );
  return true;
}
