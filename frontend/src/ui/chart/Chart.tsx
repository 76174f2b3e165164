/** A chart of curves: uPlot in one component, so that it can be replaced. Redraws at most once a frame.
 *
 * Drag along it to zoom, double-click to see all; the wheel zooms with Ctrl or Cmd. With the keyboard: arrows move
 * the crosshair (with Shift by ten points), `+`, `-` and `0` zoom. */

import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { type Column, columnsOf, isSmoothed } from "./columns";
import { nearestIndex, nearestValue, type Told, valuesAt } from "./hover";
import { paintMarks, paintRings, paintTags } from "./paint";
import type { ChartData, ChartOptions, Curve, FormatX, Range, Ring } from "./types";
import { moved, within, zoomed } from "./zoom";
import "./chart.css";

interface ChartProps {
  readonly data: ChartData;
  readonly options: ChartOptions;
  /** Keys of curves that are not shown. */
  readonly hidden?: ReadonlySet<string>;
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  /** Spoken by a screen reader in place of the picture. */
  readonly description: string;
  /** Changes when the colour scheme does: axes take their colours from the page's tokens. */
  readonly scheme: string;
  readonly formatX: FormatX;
  /** Beside the axis' ticks, where a plain number will not do. */
  readonly formatTick?: FormatX;
}

interface Drawn {
  readonly x: number[];
  readonly lines: readonly Column[];
}

/** Marks within so many pixels of the crosshair are told. */
const REACH = 8;
const WHEEL = 1.2;

export function Chart(props: ChartProps) {
  const { data, options, hidden = NONE, range, description, scheme, formatX, formatTick } = props;
  const frame = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLOutputElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef<Drawn>({ x: [], lines: [] });
  const now = useRef(props);
  now.current = props;
  const shape = useMemo(
    () =>
      JSON.stringify([
        data.curves.map(({ x: _x, values: _values, ...drawing }) => drawing),
        [...hidden],
        options.smoothing > 0,
      ]),
    [data.curves, hidden, options.smoothing],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for how the curves look; their values come by setData.
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const colors = colorsOf(element);
    drawn.current = columnsOf(data.curves, options, range);
    const made = new uPlot(
      {
        ...sizeOf(element),
        padding: [12, 24, 0, 0],
        legend: { show: false },
        cursor: {
          points: { size: 6 },
          drag: { x: true, y: false, setScale: false },
          bind: {
            dblclick: () => () => {
              now.current.onRange(null);
              return null;
            },
          },
          dataIdx: (self, series, index) =>
            series === 0 ? index : nearestValue(self.data[series] as Column, self.data[0], index),
        },
        scales: {
          x: {
            time: false,
            range: (_self, least, greatest) => shownRange(now.current.range, least, greatest),
          },
          y: options.isLog ? { distr: 3 } : {},
        },
        axes: [
          {
            ...axisOf(colors),
            size: 30,
            gap: 4,
            ...(formatTick && { values: (_self: uPlot, ticks: number[]) => ticks.map(formatTick) }),
          },
          { ...axisOf(colors), size: 54, gap: 4 },
        ],
        series: [{}, ...seriesOf(data.curves, options, hidden)],
        hooks: {
          draw: [
            (self) => {
              const { data: current, hidden: unseen = NONE } = now.current;
              paintMarks(self, current.marks, colors.ink);
              paintRings(self, shownRings(current, unseen), colors.ground);
              paintTags(self, taggedOf(now.current, drawn.current, unseen), colors.ground);
            },
          ],
          setCursor: [(self) => show(self, now.current, drawn.current, box.current)],
          setSelect: [
            (self) => {
              if (self.select.width < 3) return;
              const from = self.posToVal(self.select.left, "x");
              const to = self.posToVal(self.select.left + self.select.width, "x");
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              now.current.onRange(within([from, to], boundsOf(now.current)));
            },
          ],
        },
      },
      [drawn.current.x, ...drawn.current.lines] as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { range: current, onRange } = now.current;
      const at = made.posToVal(event.clientX - made.over.getBoundingClientRect().left, "x");
      onRange(zoomed(current, boundsOf(now.current), at, event.deltaY > 0 ? WHEEL : 1 / WHEEL));
    };
    made.over.addEventListener("wheel", wheel, { passive: false });
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, options.isLog, scheme, formatX, formatTick]);

  useEffect(() => {
    const handle = requestAnimationFrame(() => {
      drawn.current = columnsOf(data.curves, options, range);
      plot.current?.setData([drawn.current.x, ...drawn.current.lines] as uPlot.AlignedData);
    });
    return () => cancelAnimationFrame(handle);
  }, [data, options, range]);

  return (
    <div className="chart">
      <div
        ref={frame}
        role="img"
        aria-label={description}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move the crosshair; what it tells stands in the output.
        tabIndex={0}
        className="chart-plot"
        data-zoomed={range !== null || undefined}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || plot.current === null) return;
          if (!pressed(event.key, event.shiftKey, plot.current, now.current)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      />
      <output ref={box} className="chart-values" />
    </div>
  );
}

const NONE: ReadonlySet<string> = new Set();

/** Moves the crosshair or zooms; whether the key meant anything. */
function pressed(
  key: string,
  isFast: boolean,
  plot: uPlot,
  { range, onRange, ...rest }: ChartProps,
): boolean {
  const axis = plot.data[0];
  if (axis.length === 0) return false;
  const all = boundsOf(rest);
  const { left = -1 } = plot.cursor;
  const [from, to] = range ?? all;
  const at = left < 0 ? (from + to) / 2 : plot.posToVal(left, "x");
  const place = (index: number) => {
    const x = axis[Math.max(0, Math.min(index, axis.length - 1))]!;
    plot.setCursor({ left: plot.valToPos(x, "x"), top: plot.over.clientHeight / 2 });
  };
  const here = nearestIndex(axis, at);
  const step = isFast ? 10 : 1;
  switch (key) {
    // Without a crosshair the first key puts it at the end from which it moves.
    case "ArrowRight":
      place(left < 0 ? nearestIndex(axis, from) : here + step);
      return true;
    case "ArrowLeft":
      place(left < 0 ? nearestIndex(axis, to) : here - step);
      return true;
    case "+":
    case "=":
      onRange(zoomed(range, all, at, 0.5));
      return true;
    case "-":
      onRange(zoomed(range, all, at, 2));
      return true;
    case "0":
      onRange(null);
      return true;
    case "PageDown":
      onRange(moved(range, all, 0.5));
      return true;
    case "PageUp":
      onRange(moved(range, all, -0.5));
      return true;
    default:
      return false;
  }
}

/** First and last x of all that is shown. */
function boundsOf({ data, hidden = NONE }: Pick<ChartProps, "data" | "hidden">): readonly [number, number] {
  const shown = data.curves.filter(({ key, x }) => x.length > 0 && !hidden.has(key));
  if (shown.length === 0) return [0, 1];
  return [Math.min(...shown.map(({ x }) => x[0]!)), Math.max(...shown.map(({ x }) => x[x.length - 1]!))];
}

function shownRange(range: Range, least: number, greatest: number): [number, number] {
  if (range !== null) return [range[0], range[1]];
  // A single point stands in the middle.
  return least === greatest ? [least - 1, greatest + 1] : [least, greatest];
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: Math.max(element.clientWidth, 120), height: Math.max(element.clientHeight, 80) };
}

interface Colors {
  readonly ink: string;
  readonly grid: string;
  readonly ground: string;
}

function colorsOf(element: HTMLElement): Colors {
  const style = getComputedStyle(element);
  const token = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  return {
    ink: token("--ll-text-faint", style.color),
    grid: token("--ll-border", "rgba(128, 128, 128, 0.18)"),
    ground: token("--ll-surface", "#ffffff"),
  };
}

function axisOf({ ink, grid }: Colors): uPlot.Axis {
  return {
    stroke: ink,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
    font: "11px system-ui, sans-serif",
  };
}

function seriesOf(
  curves: readonly Curve[],
  options: ChartOptions,
  hidden: ReadonlySet<string>,
): uPlot.Series[] {
  return curves.flatMap((curve) => {
    const line: uPlot.Series = {
      show: !hidden.has(curve.key),
      stroke: curve.color,
      width: curve.hasPoints ? 1.5 : 1.75,
      ...(curve.dash && { dash: [...curve.dash] }),
      // A line of one point would not be seen.
      points: {
        show: (_self, _index, first, last) => curve.hasPoints === true || first === last,
        size: 5,
        fill: curve.color,
      },
    };
    const raw: uPlot.Series = {
      show: !hidden.has(curve.key),
      stroke: `${curve.color}40`,
      width: 1,
      points: { show: false },
    };
    return isSmoothed(curve, options) ? [line, raw] : [line];
  });
}

/** Each curve that is shown with the line that it is read from: the smoothed one where there is one. */
function taggedOf({ data, options }: ChartProps, { lines }: Drawn, hidden: ReadonlySet<string>) {
  let at = 0;
  return data.curves.flatMap((curve) => {
    const column = lines[at];
    at += isSmoothed(curve, options) ? 2 : 1;
    return column === undefined || hidden.has(curve.key) ? [] : [{ curve, column }];
  });
}

function shownRings({ rings }: ChartData, hidden: ReadonlySet<string>): readonly Ring[] {
  return rings.filter(({ key }) => !hidden.has(key));
}

/** The values under the crosshair, beside it. */
function show(plot: uPlot, props: ChartProps, drawn: Drawn, box: HTMLElement | null): void {
  if (box === null) return;
  const { idx, left = -1 } = plot.cursor;
  if (idx === null || idx === undefined || left < 0 || drawn.x.length === 0) {
    box.style.display = "none";
    return;
  }
  const curves = taggedOf(props, drawn, props.hidden ?? NONE).map(({ curve, column }) => ({
    ...curve,
    column,
  }));
  const reach = Math.abs(plot.posToVal(left + REACH, "x") - plot.posToVal(left, "x"));
  const rings = shownRings(props.data, props.hidden ?? NONE);
  const told = valuesAt(idx, drawn.x, curves, props.data.marks, rings, props.formatX, reach);
  box.replaceChildren(...elementsOf(told));
  box.style.display = "grid";
  const place = left + plot.over.offsetLeft;
  const width = plot.root.clientWidth;
  const flips = place > width / 2;
  box.style.left = flips ? "" : `${place + 12}px`;
  box.style.right = flips ? `${width - place + 12}px` : "";
}

function elementsOf({ head, values, notes }: Told): HTMLElement[] {
  const line = (tag: string, text: string) => {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  };
  const rows = values.map(({ label, color, value }) => {
    const row = document.createElement("span");
    row.style.borderInlineStartColor = color;
    row.append(line("span", label), line("b", value));
    return row;
  });
  return [line("strong", head), ...rows, ...notes.map((note) => line("em", note))];
}
