/** React Flow's node objects for the nodes in the window; the same object as long as the node looks the same. */

import { useMemo, useRef } from "react";
import type { LayerNode } from "./parts/NodeBox";
import type { Scene, SceneNode } from "./scene/scene";

export function useElements(scene: Scene, window: readonly number[]): LayerNode[] {
  const known = useRef(new WeakMap<SceneNode, LayerNode>());
  return useMemo(
    () =>
      window
        .map((index) => scene.nodes[index])
        .filter((node) => node !== undefined)
        .map((node) => {
          let element = known.current.get(node);
          if (!element) {
            element = elementOf(node);
            known.current.set(node, element);
          }
          return element;
        }),
    [scene, window],
  );
}

function elementOf(node: SceneNode): LayerNode {
  const { width, height } = node;
  return {
    id: node.id,
    type: "layer",
    position: { x: node.x, y: node.y },
    width,
    height,
    // Given, so that React Flow measures nothing.
    measured: { width, height },
    handles: [],
    data: { node },
    className: "nopan",
    draggable: false,
    selectable: false,
    focusable: false,
  };
}
