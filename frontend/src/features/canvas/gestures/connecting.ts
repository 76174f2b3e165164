/** From one port to another: by dragging, by two clicks, or by keyboard. The same checks, the same command. */

import type { Refusal } from "../../../document/command";
import { connect } from "../../../document/commands";
import { t } from "../../../i18n";
import { announce } from "../../../stores/announceStore";
import { currentModel, currentPorts } from "../../../stores/derived";
import { openModel, useDocument } from "../../../stores/documentStore";
import { notify } from "../../../stores/noticeStore";
import { refusalText } from "../../../stores/refusals";
import { type Connecting, canvasState, setCanvasState } from "../canvasState";
import type { CanvasEngine } from "../engine";
import type { LooseEdge } from "../paint/picture";
import { Fits, type PortRef, portRef } from "../scene/fits";
import type { Point } from "../scene/geometry";
import { findPort, nodeAt, type PortHit, portAt, portPoint } from "../scene/hits";

/** How near (in screen pixels) an edge snaps to a port. */
const SNAP = 22;

export function beginConnecting(engine: CanvasEngine, from: PortRef, mode: Connecting["mode"]): void {
  const hit = findPort(engine.scene, from.node, from.port, from.kind);
  if (!hit) return;
  engine.pin("connecting", [from.node]);
  setCanvasState({
    connecting: { fits: new Fits(currentModel(), from), mode },
    refusal: null,
    menu: null,
    search: null,
  });
  if (mode === "keyboard") announce(t("canvas.announce.connecting", { port: portName(from) }));
}

/** What an edge let go at a point would do. */
interface Aim {
  readonly hit: PortHit | null;
  readonly refusal: Refusal | null;
}

function aimAt(engine: CanvasEngine, fits: Fits, point: Point): Aim {
  const reach = SNAP / engine.view.zoom;
  const hit = portAt(engine.scene, point, reach);
  const isStart =
    hit &&
    hit.node.id === fits.from.node &&
    hit.port.name === fits.from.port &&
    hit.port.kind === fits.from.kind;
  if (hit && !isStart) {
    const refusal = fits.refusal(hit);
    if (!refusal) return { hit, refusal: null };
    // A port on the same side may lie near one that fits, on the node beneath.
    if (refusal.code !== "edge.same_kind") return { hit, refusal };
  }
  const node = nodeAt(engine.scene, point);
  if (!node || node.id === fits.from.node) return { hit: null, refusal: null };
  const found = fits.portOn(node);
  return "port" in found
    ? { hit: { node, port: found.port }, refusal: null }
    : { hit: null, refusal: found.refusal };
}

/** Draws the loose end to a point, snapped to what it would be connected to. */
export function pullTo(engine: CanvasEngine, point: Point): void {
  const { connecting, refusal: shown } = canvasState();
  if (!connecting) return;
  const { from } = connecting.fits;
  const start = findPort(engine.scene, from.node, from.port, from.kind);
  if (!start) {
    cancelConnecting(engine);
    return;
  }
  const aim = aimAt(engine, connecting.fits, point);
  const to = aim.hit && !aim.refusal ? portPoint(aim.hit.node, aim.hit.port) : point;
  const state: LooseEdge["state"] = aim.refusal ? "refused" : aim.hit ? "fits" : "open";
  engine.change({
    looseEdge: { from: portPoint(start.node, start.port), to, isBackward: from.kind === "input", state },
  });
  if (shown?.code !== aim.refusal?.code || shown?.values.node !== aim.refusal?.values.node) {
    setCanvasState({ refusal: aim.refusal });
  }
}

export type Letting = "connected" | "refused" | "empty";

/** Lets the loose end go at a point. `empty`: there was nothing, and the gesture goes on until the caller ends it. */
export function letGoAt(engine: CanvasEngine, point: Point): Letting {
  const { connecting } = canvasState();
  if (!connecting) return "refused";
  const aim = aimAt(engine, connecting.fits, point);
  if (aim.hit && !aim.refusal) return finishAt(engine, portRef(aim.hit)) ? "connected" : "refused";
  if (aim.refusal) {
    notify("warning", refusalText(aim.refusal));
    cancelConnecting(engine);
    return "refused";
  }
  return "empty";
}

/** Connects the port where the gesture began with this one. */
export function finishAt(engine: CanvasEngine, to: PortRef): boolean {
  const { connecting } = canvasState();
  const hit = findPort(engine.scene, to.node, to.port, to.kind);
  if (!connecting || !hit) return false;
  const { from } = connecting.fits;
  const refusal = connecting.fits.refusal(hit);
  if (refusal) {
    notify("warning", refusalText(refusal));
    return false;
  }
  const [source, target] = from.kind === "output" ? [from, to] : [to, from];
  endConnecting(engine);
  const outcome = useDocument.getState().run(
    connect(
      {
        model: openModel(useDocument.getState()),
        source: { node: source.node, port: source.port },
        target: { node: target.node, port: target.port },
      },
      currentPorts(),
    ),
  );
  if (!outcome.refused)
    announce(t("canvas.announce.connected", { source: portName(source), target: portName(target) }));
  return !outcome.refused;
}

export function cancelConnecting(engine: CanvasEngine): void {
  if (canvasState().connecting?.mode === "keyboard") announce(t("canvas.announce.cancelled"));
  endConnecting(engine);
}

function endConnecting(engine: CanvasEngine): void {
  engine.change({ looseEdge: null });
  setCanvasState({ connecting: null, refusal: null });
  engine.pin("connecting", []);
}

/** A click (or Enter) on a port: begins, ends, or begins anew. */
export function choosePort(engine: CanvasEngine, port: PortRef, mode: "click" | "keyboard"): void {
  const { connecting } = canvasState();
  const from = connecting?.fits.from;
  if (!from) beginConnecting(engine, port, mode);
  else if (from.node === port.node && from.port === port.port && from.kind === port.kind)
    cancelConnecting(engine);
  else if (from.kind !== port.kind) finishAt(engine, port);
  else {
    endConnecting(engine);
    beginConnecting(engine, port, mode);
  }
}

/** As the page's `data-port`. */
export function portName({ node, port }: PortRef): string {
  return `${node}.${port}`;
}
