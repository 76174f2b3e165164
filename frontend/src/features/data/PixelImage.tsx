/** A small grey picture of a matrix: rows of numbers, scaled to their own range. */

import { useEffect, useRef } from "react";

import type { Json } from "../../schema";
import classes from "./data.module.css";

type Matrix = readonly (readonly number[])[];

/** Rows of equal length, at least 4 × 4, of numbers or of one-channel pixels. */
export function isImage(value: Json): value is readonly (readonly Json[])[] {
  if (!Array.isArray(value) || value.length < 4 || value.length > 128) return false;
  const width = Array.isArray(value[0]) ? value[0].length : 0;
  return (
    width >= 4 &&
    width <= 128 &&
    value.every(
      (row: Json) =>
        Array.isArray(row) && row.length === width && row.every((cell: Json) => pixel(cell) !== null),
    )
  );
}

function pixel(cell: Json): number | null {
  if (typeof cell === "number") return cell;
  return Array.isArray(cell) && cell.length === 1 && typeof cell[0] === "number" ? cell[0] : null;
}

export function PixelImage({ rows }: { readonly rows: readonly (readonly Json[])[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const matrix: Matrix = rows.map((row) => row.map((cell) => pixel(cell) ?? 0));
  const height = matrix.length;
  const width = matrix[0]?.length ?? 0;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const all = matrix.flat();
    const least = Math.min(...all);
    const range = Math.max(...all) - least || 1;
    const image = context.createImageData(width, height);
    all.forEach((value, index) => {
      const grey = Math.round((255 * (value - least)) / range);
      image.data.set([grey, grey, grey, 255], index * 4);
    });
    context.putImageData(image, 0, 0);
  });
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      className={classes.pixels}
      aria-label={`${height} × ${width}`}
      role="img"
    />
  );
}
