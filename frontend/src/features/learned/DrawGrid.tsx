/** A small grey picture to be drawn: with the pointer, or with arrow keys and the space bar. */

import { Button, Group, Text } from "@mantine/core";
import { Eraser } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { t } from "../../i18n";
import type { Json } from "../../schema";
import classes from "./learned.module.css";
import { fromPixels, painted, pixelsOf } from "./sample";

/** Longer side on the screen, in pixels. */
const SIDE = 168;

interface DrawGridProps {
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: Json | undefined;
  readonly onChange: (value: Json) => void;
}

export function DrawGrid({ name, shape, value, onChange }: DrawGridProps) {
  const [height = 1, width = 1] = shape;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isErasing, setErasing] = useState(false);
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const pixels = pixelsOf(value, shape);
  // What full ink is: the brightest that was seen here, for data may be 0..1, 0..16 or 0..255.
  const ink = useRef(1);
  ink.current = Math.max(ink.current, ...pixels.flat());
  const latest = useRef(pixels);
  latest.current = pixels;

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    pixels.flat().forEach((cell, index) => {
      const grey = Math.round(255 * Math.max(0, Math.min(1, cell / ink.current)));
      image.data.set([grey, grey, grey, 255], index * 4);
    });
    context.putImageData(image, 0, 0);
    if (cursor) {
      context.fillStyle = "rgb(99 102 241 / 60%)";
      context.fillRect(cursor[0], cursor[1], 1, 1);
    }
  });

  const press = (x: number, y: number, wipes: boolean) => {
    const next = painted(latest.current, x, y, wipes ? 0 : ink.current);
    latest.current = next;
    onChange(fromPixels(next, shape));
  };
  const at = (event: React.PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = (offset: number, size: number, cells: number) =>
      Math.max(0, Math.min(cells - 1, Math.floor((offset / size) * cells)));
    return [
      place(event.clientX - box.left, box.width, width),
      place(event.clientY - box.top, box.height, height),
    ] as const;
  };
  const wipes = (event: React.PointerEvent) => isErasing || (event.buttons & 2) !== 0;
  const scale = SIDE / Math.max(width, height);
  return (
    <div>
      <Text size="xs" fw={500} mb={4}>
        {name}
      </Text>
      <div
        className={classes.canvas}
        style={{ width: width * scale, height: height * scale }}
        role="application"
        aria-label={t("learned.draw", { name, height, width })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on with keys too
        tabIndex={0}
        data-draw={name}
        onContextMenu={(event) => event.preventDefault()}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          press(...at(event), wipes(event));
        }}
        onPointerMove={(event) => {
          if (event.buttons !== 0) press(...at(event), wipes(event));
        }}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) setCursor([width >> 1, height >> 1]);
        }}
        onBlur={() => setCursor(null)}
        onKeyDown={(event) => {
          const [x, y] = cursor ?? [width >> 1, height >> 1];
          const move = MOVES[event.key];
          if (move) setCursor([clamp(x + move[0], width), clamp(y + move[1], height)]);
          else if (event.key === " ") press(x, y, isErasing);
          else if (event.key === "Delete" || event.key === "Backspace") press(x, y, true);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <canvas ref={canvas} width={width} height={height} aria-hidden />
      </div>
      <Group gap={6} mt={6}>
        <Button
          size="compact-xs"
          variant={isErasing ? "light" : "default"}
          aria-pressed={isErasing}
          leftSection={<Eraser size={13} aria-hidden />}
          onClick={() => setErasing(!isErasing)}
        >
          {t("learned.erase")}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onChange(fromPixels(pixelsOf([], shape), shape))}
        >
          {t("learned.clear")}
        </Button>
      </Group>
    </div>
  );
}

const MOVES: { readonly [key: string]: readonly [number, number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function clamp(value: number, size: number): number {
  return Math.max(0, Math.min(size - 1, value));
}
