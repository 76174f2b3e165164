/** The whole model in small, with what is seen; pressing it goes there. Painted, so that its size costs nothing. */

import { useEffect, useRef } from "react";
import { t } from "../../../i18n";
import { followPress } from "../../../ui/followPress";
import { useEngine } from "../engineContext";
import { readTheme } from "../paint/theme";
import { type Box, boxAround, containsBox } from "../scene/geometry";
import type { Scene } from "../scene/scene";
import { seenBox } from "../view/viewport";
import classes from "./canvas.module.css";

const WIDTH = 168;
const HEIGHT = 108;
const MARGIN = 8;

interface Fit {
  readonly box: Box;
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

function fitOf(box: Box): Fit {
  const zoom = Math.min(
    (WIDTH - 2 * MARGIN) / Math.max(1, box.width),
    (HEIGHT - 2 * MARGIN) / Math.max(1, box.height),
    0.12,
  );
  return {
    box,
    zoom,
    x: WIDTH / 2 - (box.x + box.width / 2) * zoom,
    y: HEIGHT / 2 - (box.y + box.height / 2) * zoom,
  };
}

export function Minimap({ scene }: { readonly scene: Scene }) {
  const engine = useEngine();
  const canvas = useRef<HTMLCanvasElement>(null);
  const fit = useRef<Fit | null>(null);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    const box = boxAround(scene.nodes);
    if (!context || !box || !engine.root) return;
    const place = fitOf(box);
    fit.current = place;
    const scale = Math.min(2, devicePixelRatio || 1);
    const nodes = document.createElement("canvas");
    nodes.width = WIDTH * scale;
    nodes.height = HEIGHT * scale;
    let paintedTheme: unknown = null;

    const frame = () => {
      const theme = engine.currentTheme() ?? readTheme(engine.root!);
      if (theme !== paintedTheme) {
        paintedTheme = theme;
        paintNodes(nodes.getContext("2d")!, scene, place, scale, theme.resolve);
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, WIDTH * scale, HEIGHT * scale);
      context.drawImage(nodes, 0, 0);
      const seen = seenBox(engine.view, engine.screen);
      // Where everything is seen it would only cover nodes.
      canvas.current?.toggleAttribute("data-idle", containsBox(seen, box));
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.strokeStyle = theme.selected;
      context.lineWidth = 1.5;
      context.strokeRect(
        seen.x * place.zoom + place.x,
        seen.y * place.zoom + place.y,
        seen.width * place.zoom,
        seen.height * place.zoom,
      );
    };
    frame();
    return engine.onFrame(frame);
  }, [engine, scene]);

  function goTo(event: PointerEvent): void {
    const corner = canvas.current?.getBoundingClientRect();
    if (!corner || !fit.current) return;
    const { x, y, zoom } = fit.current;
    const middle = {
      x: (event.clientX - corner.left - x) / zoom,
      y: (event.clientY - corner.top - y) / zoom,
    };
    const { view, screen } = engine;
    engine.setViewport({
      zoom: view.zoom,
      x: screen.width / 2 - middle.x * view.zoom,
      y: screen.height / 2 - middle.y * view.zoom,
    });
  }

  if (scene.nodes.length === 0) return null;
  const scale = Math.min(2, devicePixelRatio || 1);
  return (
    <canvas
      ref={canvas}
      className={classes.minimap}
      width={WIDTH * scale}
      height={HEIGHT * scale}
      style={{ width: WIDTH, height: HEIGHT }}
      role="img"
      aria-label={t("canvas.minimap")}
      data-canvas-overlay
      onPointerDown={(event) => {
        event.preventDefault();
        goTo(event.nativeEvent);
        followPress(event.nativeEvent, { move: goTo });
      }}
    />
  );
}

function paintNodes(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { x, y, zoom }: Fit,
  scale: number,
  resolve: (color: string) => string,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(scale * zoom, 0, 0, scale * zoom, scale * x, scale * y);
  context.globalAlpha = 0.75;
  for (const node of scene.nodes) {
    context.fillStyle = resolve(node.color);
    context.fillRect(node.x, node.y, node.width, Math.max(node.height, 2 / zoom));
  }
}
