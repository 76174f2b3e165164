/** A port: dragged from, clicked, or reached by keyboard to make an edge. */

import { memo } from "react";
import { t } from "../../../i18n";
import { useCanvasState } from "../canvasState";
import type { SceneNode, ScenePort } from "../scene/scene";
import classes from "./node.module.css";

interface PortButtonProps {
  readonly node: SceneNode;
  readonly port: ScenePort;
}

export const PortButton = memo(function PortButton({ node, port }: PortButtonProps) {
  const fit = useCanvasState(({ connecting }) => {
    if (!connecting) return undefined;
    const { from } = connecting.fits;
    if (from.node === node.id && from.port === port.name && from.kind === port.kind) return "start";
    return connecting.fits.refusal({ node, port }) ? "no" : "yes";
  });
  return (
    <>
      <button
        type="button"
        className={classes.port}
        style={{ top: port.y }}
        aria-label={nameOf(node, port)}
        title={port.description || undefined}
        data-port={`${node.id}.${port.name}`}
        data-port-kind={port.kind}
        data-many={port.kind === "input" && port.most !== 1 ? true : undefined}
        data-wired={port.edges > 0 || undefined}
        data-unknown={port.isUnknown || undefined}
        data-fit={fit}
      >
        <span className={classes.dot} />
      </button>
      {node.hasRows && (
        <span
          className={classes.portName}
          style={{ top: port.y }}
          data-kind={port.kind}
          data-optional={port.kind === "input" && port.least === 0 ? true : undefined}
          data-unknown={port.isUnknown || undefined}
        >
          {port.name}
        </span>
      )}
    </>
  );
});

function nameOf(node: SceneNode, port: ScenePort): string {
  if (port.kind === "input") return t("canvas.port.input", { node: node.id, port: port.name });
  if (node.outputs.length === 1) return t("canvas.port.output", { node: node.id });
  return t("canvas.port.outputNamed", { node: node.id, port: port.name });
}
