/** The commands on one node, as its toolbar and its menu offer them; absent where they mean nothing. */

import type { Command } from "../../document/command";
import { callAgain, copyNodes, makeIndependent, paste } from "../../document/commands";
import { calledModel } from "../../document/questions";
import type { NodeId } from "../../document/types";
import { currentModel } from "../../stores/derived";
import { openModel, useDocument } from "../../stores/documentStore";
import { useSelection } from "../../stores/selectionStore";
import type { CanvasEngine } from "./engine";
import { welcome } from "./gestures/inserting";
import { spotBelow } from "./scene/freeSpot";
import type { SceneNode } from "./scene/scene";

export interface NodeActionList {
  readonly callAgain?: () => void;
  readonly duplicate: () => void;
  readonly makeIndependent?: () => void;
  readonly enter?: () => void;
}

export function actionsOf(engine: CanvasEngine, node: SceneNode): NodeActionList {
  const model = openModel(useDocument.getState());
  const isEnd = node.type === "Input" || node.type === "Output";
  const create = (command: Command) => {
    const created = useDocument.getState().run(command).created?.[0];
    if (created) welcome(engine, created);
  };
  return {
    callAgain: isEnd
      ? undefined
      : () => {
          const { x, y } = spotBelow(engine.scene, node);
          create(callAgain({ model, node: node.id, position: [x, y] }));
        },
    duplicate: () => {
      const fragment = copyNodes(useDocument.getState().document, model, [node.id]);
      const { x, y } = spotBelow(engine.scene, node);
      const [fromX, fromY] = fragment?.positions[node.id] ?? [0, 0];
      if (fragment) create(paste({ model, fragment, offset: [x - fromX, y - fromY] }));
    },
    makeIndependent:
      node.calls > 1
        ? () => {
            useDocument.getState().run(makeIndependent({ model, node: node.id }));
            useSelection.getState().setHoverLayer(null);
          }
        : undefined,
    enter: calledModel(currentModel(), node.layer) ? () => enterNode(node.id) : undefined,
  };
}

/** Goes inside the model that a node calls; whether it calls one. */
export function enterNode(id: NodeId): boolean {
  const model = currentModel();
  const layer = model.nodes[id]?.layer;
  const definition = layer === undefined ? null : calledModel(model, layer);
  if (definition === null || !(definition in useDocument.getState().document.models)) return false;
  useDocument.getState().enterModel(definition);
  return true;
}
