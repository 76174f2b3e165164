/** One node as an element: what it is, whose weights it has, its ports, its problems. */

import { Tooltip } from "@mantine/core";
import type { Node, NodeProps } from "@xyflow/react";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { t } from "../../../i18n";
import type { Problem } from "../../../schema";
import { problemsOf, useCheck } from "../../../stores/checkStore";
import { useSelection } from "../../../stores/selectionStore";
import { layerLook } from "../../../ui/categories";
import { heatColor } from "../../../ui/colors";
import { shortNumber } from "../../../ui/numbers";
import { useCanvasState } from "../canvasState";
import { useEngine } from "../engineContext";
import type { SceneNode } from "../scene/scene";
import { useHeat } from "../useHeat";
import classes from "./node.module.css";
import { OutputLoss } from "./OutputLoss";
import { PortButton } from "./PortButton";
import { RenameField } from "./RenameField";

export type LayerNode = Node<{ readonly node: SceneNode }, "layer">;

export const NodeBox = memo(function NodeBox({ data: { node } }: NodeProps<LayerNode>) {
  const engine = useEngine();
  const isSelected = useSelection((state) => state.nodes.has(node.id));
  const isLit = useSelection((state) => node.calls > 1 && state.hoverLayer === node.layer);
  const isRenaming = useCanvasState((state) => state.renaming === node.id);
  const problems = useCheck((state) => problemsOf(state.problems, engine.scene.model, node.id));
  const heat = useHeat((state) => state.heat?.nodes.get(node.id));
  const { setHoverLayer } = useSelection.getState();
  const { icon: Icon, color } = layerLook(node.type, node.category);
  const severity = severityOf(problems);
  const loose = node.outputs.find((port) => port.edges === 0 && port.label !== "");

  return (
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a node is moved, opened and deleted by keys
      tabIndex={0}
      aria-label={nameOf(node)}
      className={classes.node}
      data-node={node.id}
      data-selected={isSelected || undefined}
      data-lit={isLit || undefined}
      data-problem-severity={severity}
      data-heat={heat?.level}
      style={
        {
          "--color": color,
          "--shared": node.sharedColor || undefined,
          "--heat": heat && heatColor(heat.level),
          height: node.height,
        } as React.CSSProperties
      }
      onPointerEnter={node.calls > 1 ? () => setHoverLayer(node.layer) : undefined}
      onPointerLeave={node.calls > 1 ? () => setHoverLayer(null) : undefined}
    >
      <div className={classes.header}>
        <span className={classes.icon}>
          <Icon size={16} strokeWidth={1.9} aria-hidden />
        </span>
        <span className={classes.words}>
          {isRenaming ? (
            <RenameField node={node.id} />
          ) : (
            <span
              className={classes.title}
              title={node.title === node.id ? node.id : `${node.title} (${node.id})`}
            >
              {node.title}
            </span>
          )}
          <span className={classes.type} title={subtitleOf(node, countOf)}>
            {subtitleOf(node, compact)}
          </span>
        </span>
        {node.type === "Output" && <OutputLoss output={node.id} model={engine.scene.model} />}
      </div>
      {node.calls > 1 && (
        <span
          className={classes.badge}
          title={t("canvas.sharedWeights", { layer: node.layer, count: node.calls })}
        >
          {t("canvas.calls", { count: node.calls })}
        </span>
      )}
      {heat && <span className={classes.heat}>{shortNumber(heat.value, 3)}</span>}
      {severity && <ProblemMark problems={problems} severity={severity} />}
      {node.inputs.map((port) => (
        <PortButton key={`>${port.name}`} node={node} port={port} />
      ))}
      {node.outputs.map((port) => (
        <PortButton key={port.name} node={node} port={port} />
      ))}
      {loose && (
        <span className={classes.looseShape} style={{ top: loose.y }}>
          {loose.label}
        </span>
      )}
    </div>
  );
});

function nameOf({ id, type, calls }: SceneNode): string {
  return calls > 1
    ? t("canvas.node.shared", { id, type, count: calls })
    : t("canvas.node.name", { id, type });
}

function subtitleOf({ type, detail, weights }: SceneNode, show: (weights: number) => string): string {
  const parts = [type, ...(detail ? [detail] : []), ...(weights ? [show(weights)] : [])];
  return parts.join(" · ");
}

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function compact(weights: number): string {
  return COMPACT.format(weights);
}

function countOf(weights: number): string {
  return t("canvas.weights", { count: weights });
}

function severityOf(problems: readonly Problem[]): Problem["severity"] | undefined {
  if (problems.length === 0) return undefined;
  return problems.some(({ severity }) => severity === "error") ? "error" : "warning";
}

interface ProblemMarkProps {
  readonly problems: readonly Problem[];
  readonly severity: Problem["severity"];
}

function ProblemMark({ problems, severity }: ProblemMarkProps) {
  const text = problems.map(({ message, hint }) => (hint ? `${message} ${hint}` : message)).join("\n");
  const Icon = severity === "error" ? CircleAlert : TriangleAlert;
  return (
    <Tooltip label={text} multiline maw={340} withinPortal style={{ whiteSpace: "pre-line" }}>
      <span className={classes.problem} role="img" aria-label={text} data-severity={severity}>
        <Icon size={15} strokeWidth={2.2} aria-hidden />
      </span>
    </Tooltip>
  );
}
