/** Shapes on the edges near the eye, as elements that tests, screen readers and the pointer find; the rest is painted. */

import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";
import { t } from "../../../i18n";
import { useCheck } from "../../../stores/checkStore";
import { useSelection } from "../../../stores/selectionStore";
import { pointOnCurve } from "../scene/geometry";
import type { Scene, SceneEdge } from "../scene/scene";
import { labelTransform } from "../view/elements";
import classes from "./canvas.module.css";

interface EdgeLabelsProps {
  readonly scene: Scene;
  /** Places of the nodes that are elements. */
  readonly nodes: readonly number[];
}

export const EdgeLabels = memo(function EdgeLabels({ scene, nodes }: EdgeLabelsProps) {
  const edges = useMemo(() => edgesAmong(scene, nodes), [scene, nodes]);
  const problems = useCheck((state) => state.problems);
  const badPorts = useMemo(
    () =>
      new Set(
        problems
          .filter(
            ({ model, port, severity }) => port && severity === "error" && (!model || model === scene.model),
          )
          .map(({ node, port }) => `${node}.${port}`),
      ),
    [problems, scene.model],
  );
  return (
    <ViewportPortal>
      {edges.map((edge) => {
        const { node, port } = edge.edge.target;
        return (
          <EdgeLabel key={edge.id} edge={edge} isBad={edge.isBroken || badPorts.has(`${node}.${port}`)} />
        );
      })}
    </ViewportPortal>
  );
});

/** Edges whose ends are both elements (or whose source does not exist). */
function edgesAmong(scene: Scene, nodes: readonly number[]): readonly SceneEdge[] {
  const elements = new Set(nodes);
  const found = new Set<number>();
  for (const node of nodes) {
    for (const index of scene.edgesOfNode[node] ?? []) {
      const { source, target } = scene.edges[index]!;
      if (elements.has(target) && (source < 0 || elements.has(source))) found.add(index);
    }
  }
  return [...found].map((index) => scene.edges[index]!);
}

const EdgeLabel = memo(function EdgeLabel({
  edge,
  isBad,
}: {
  readonly edge: SceneEdge;
  readonly isBad: boolean;
}) {
  const isSelected = useSelection((state) => state.edges.has(edge.id));
  const { source, target } = edge.edge;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes.edgeLabel}
      data-edge={edge.id}
      data-bad={isBad || undefined}
      data-selected={isSelected || undefined}
      data-empty={edge.label === "" || undefined}
      title={t("canvas.edge", {
        source: `${source.node}.${source.port}`,
        target: `${target.node}.${target.port}`,
      })}
      style={{ transform: labelTransform(pointOnCurve(edge.curve, 0.5)) }}
    >
      {edge.label}
    </button>
  );
});
