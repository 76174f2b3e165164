/** A chart as an SVG picture, written from the same columns that are drawn on the screen. Pure. */

import { steadyNumber } from "../numbers";
import { type Column, columnsOf, isSmoothed } from "./columns";
import { scaleOf, ticksOf } from "./ticks";
import type { ChartData, ChartOptions, Curve, FormatX, Range } from "./types";

export interface Picture {
  readonly data: ChartData;
  readonly options: ChartOptions;
  readonly hidden: ReadonlySet<string>;
  readonly range: Range;
  readonly title: string;
  readonly xLabel: string;
  readonly formatTick: FormatX;
  readonly colors: { readonly ground: string; readonly ink: string; readonly grid: string };
}

export const WIDTH = 960;
const HEIGHT = 480;
const LEFT = 64;
const RIGHT = 20;
const TOP = 48;
const BOTTOM = 48;
const LEGEND_ROW = 18;

export function chartSvg(picture: Picture): string {
  const { data, options, hidden, range, title, xLabel, formatTick, colors } = picture;
  const curves = data.curves.filter(({ key }) => !hidden.has(key));
  const { x, lines } = columnsOf(curves, options, range);
  const [from, to] = range ?? [x[0] ?? 0, x.at(-1) ?? 1];
  const across = scaleOf([from, to === from ? from + 1 : to], [LEFT, WIDTH - RIGHT], false);
  const shown = lines.map((line) => line.filter((_value, index) => x[index]! >= from && x[index]! <= to));
  const values = shown.flat().filter((value): value is number => typeof value === "number");
  const up = scaleOf(extent(values), [HEIGHT - BOTTOM, TOP], options.isLog);
  const legend = legendOf(curves, colors.ink);
  const height = HEIGHT + legend.rows * LEGEND_ROW + 8;
  const parts = [
    `<rect width="${WIDTH}" height="${height}" fill="${colors.ground}"/>`,
    text(LEFT, 26, title, colors.ink, 'font-size="15" font-weight="600"'),
    ...ticksOf(up.domain, options.isLog, 6).map((value) => {
      const y = up.place(value);
      return (
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y)}" y2="${at(y)}" stroke="${colors.grid}"/>` +
        text(LEFT - 8, y + 4, tickText(value), colors.ink, 'text-anchor="end"')
      );
    }),
    ...ticksOf(across.domain, false, 8).map((value) =>
      text(across.place(value), HEIGHT - BOTTOM + 18, formatTick(value), colors.ink, 'text-anchor="middle"'),
    ),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, xLabel, colors.ink, 'text-anchor="middle"'),
    `<clipPath id="plot"><rect x="${LEFT}" y="${TOP - 2}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM + 4}"/></clipPath>`,
    `<g clip-path="url(#plot)" fill="none">`,
    ...data.marks.map(
      (mark) =>
        `<line x1="${at(across.place(mark.x))}" x2="${at(across.place(mark.x))}" y1="${mark.label === undefined ? HEIGHT - BOTTOM - 6 : TOP}" y2="${HEIGHT - BOTTOM}" stroke="${colors.ink}" stroke-opacity="0.5"${mark.label === undefined ? "" : ' stroke-dasharray="3 3"'}><title>${escaped(mark.detail)}</title></line>`,
    ),
    ...pathsOf(curves, lines, x, options, across.place, up.place),
    "</g>",
    ...data.rings
      .filter((ring) => !hidden.has(ring.key) && ring.x >= from && ring.x <= to)
      .map(
        (ring) =>
          `<circle cx="${at(across.place(ring.x))}" cy="${at(up.place(ring.y))}" r="5" fill="none" stroke="${ring.color}" stroke-width="2"><title>${escaped(ring.label)}</title></circle>`,
      ),
    `<g transform="translate(${LEFT} ${HEIGHT + 4})">${legend.svg}</g>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="11">\n${parts.join("\n")}\n</svg>\n`;
}

/** The picture as PNG, `scale` times as large. Needs a browser. */
export async function pngOf(svg: string, scale = 2): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * scale;
    canvas.height = image.naturalHeight * scale;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("The picture is empty."))),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

type Place = (value: number) => number;

function pathsOf(
  curves: readonly Curve[],
  lines: readonly Column[],
  x: readonly number[],
  options: ChartOptions,
  across: Place,
  up: Place,
): string[] {
  let next = 0;
  return curves.flatMap((curve) => {
    const line = lines[next++] ?? [];
    const raw = isSmoothed(curve, options) ? lines[next++] : undefined;
    const dash = curve.dash ? ` stroke-dasharray="${curve.dash.join(" ")}"` : "";
    const path = (column: Column, more: string) =>
      `<path d="${pathOf(column, x, across, up)}" stroke="${curve.color}"${more}/>`;
    const dots = curve.hasPoints
      ? line.flatMap((value, index) =>
          typeof value === "number"
            ? `<circle cx="${at(across(x[index]!))}" cy="${at(up(value))}" r="2.5" fill="${curve.color}"/>`
            : [],
        )
      : [];
    return [
      ...(raw ? [path(raw, ' stroke-opacity="0.25"')] : []),
      path(line, ` stroke-width="1.75"${dash}`),
      ...dots,
    ];
  });
}

/** null lifts the pen; undefined is passed over. */
function pathOf(column: Column, x: readonly number[], across: Place, up: Place): string {
  let path = "";
  let isDown = false;
  column.forEach((value, index) => {
    if (value === null) isDown = false;
    if (typeof value !== "number") return;
    path += `${isDown ? "L" : "M"}${at(across(x[index]!))} ${at(up(value))}`;
    isDown = true;
  });
  return path;
}

function legendOf(curves: readonly Curve[], ink: string): { readonly svg: string; readonly rows: number } {
  let x = 0;
  let row = 0;
  const parts = curves.map((curve) => {
    const label = curve.tag === undefined ? curve.label : `${curve.tag} ${curve.label}`;
    const width = 34 + label.length * 6.5;
    if (x > 0 && x + width > WIDTH - LEFT - RIGHT) {
      x = 0;
      row += 1;
    }
    const y = row * LEGEND_ROW + 8;
    const dash = curve.dash ? ` stroke-dasharray="${curve.dash.join(" ")}"` : "";
    const part =
      `<line x1="${at(x)}" x2="${at(x + 22)}" y1="${y}" y2="${y}" stroke="${curve.color}" stroke-width="2"${dash}/>` +
      text(x + 28, y + 4, label, ink);
    x += width + 14;
    return part;
  });
  return { svg: parts.join(""), rows: row + 1 };
}

function extent(values: readonly number[]): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return least <= greatest ? [least, greatest] : [0, 1];
}

function tickText(value: number): string {
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-4)
    ? steadyNumber(value)
    : String(Number(value.toPrecision(6)));
}

const at = (value: number) => value.toFixed(1);

function text(x: number, y: number, content: string, color: string, more = ""): string {
  return `<text x="${at(x)}" y="${at(y)}" fill="${color}" ${more}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
