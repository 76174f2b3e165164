/** The chart of losses: uPlot in one component, so that it can be replaced. Redraws at most once a frame. */

import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { type ChartData, type ChartOptions, columnsOf } from "./curves";

interface Mark {
  readonly step: number;
  readonly label: string;
}

interface LossChartProps {
  readonly data: ChartData;
  readonly options: ChartOptions;
  readonly hidden: ReadonlySet<string>;
  readonly marks?: readonly Mark[];
  /** Spoken by a screen reader in place of the picture. */
  readonly description: string;
  /** Changes when the colour scheme does: axes take their colours from the page's tokens. */
  readonly scheme: string;
  readonly xLabel: string;
}

export function LossChart({
  data,
  options,
  hidden,
  marks = [],
  description,
  scheme,
  xLabel,
}: LossChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const marksNow = useRef(marks);
  marksNow.current = marks;
  const smoothed = options.smoothing > 0;
  const shape = useMemo(
    () =>
      JSON.stringify([
        data.curves.map(({ key, label, color, kind }) => [key, label, color, kind]),
        [...hidden],
      ]),
    [data.curves, hidden],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the curves' keys and colours; their values come by setData.
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const ink = style.getPropertyValue("--loss-axis").trim() || style.color;
    const grid = style.getPropertyValue("--loss-grid").trim() || "rgba(128, 128, 128, 0.18)";
    const axis = {
      stroke: ink,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1, size: 4 },
      font: "11px system-ui, sans-serif",
    };
    const series: uPlot.Series[] = [{ label: xLabel }];
    for (const curve of data.curves) {
      const isTrain = curve.kind === "train";
      series.push({
        label: curve.label,
        show: !hidden.has(curve.key),
        stroke: curve.color,
        width: isTrain ? 1.75 : 1.5,
        dash: isTrain ? undefined : [5, 3],
        spanGaps: !isTrain,
        points: { show: !isTrain, size: 5, fill: curve.color },
        value: (_self, value) => (value === null ? "–" : value.toPrecision(4)),
      });
      if (isTrain && smoothed) {
        series.push({
          show: !hidden.has(curve.key),
          stroke: `${curve.color}40`,
          width: 1,
          points: { show: false },
        });
      }
    }
    const made = new uPlot(
      {
        width: Math.max(element.clientWidth, 120),
        height: Math.max(element.clientHeight, 80),
        padding: [10, 12, 0, 0],
        legend: { show: false },
        cursor: { points: { size: 6 }, drag: { x: true, y: false } },
        scales: { x: { time: false }, y: options.isLog ? { distr: 3 } : {} },
        axes: [
          { ...axis, size: 30, gap: 4 },
          { ...axis, size: 52, gap: 4 },
        ],
        series,
        hooks: {
          draw: [(self) => drawMarks(self, marksNow.current, ink)],
          setCursor: [(self) => showValues(self, element)],
        },
      },
      columnsOf(data, options) as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: Math.max(element.clientWidth, 120), height: Math.max(element.clientHeight, 80) }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, smoothed, options.isLog, scheme, xLabel]);

  useEffect(() => {
    const handle = requestAnimationFrame(() =>
      plot.current?.setData(columnsOf(data, options) as uPlot.AlignedData),
    );
    return () => cancelAnimationFrame(handle);
  }, [data, options]);

  return (
    <div ref={frame} role="img" aria-label={description} className="loss-chart" data-testid="loss-chart">
      <output className="loss-chart-values" />
    </div>
  );
}

function drawMarks(self: uPlot, marks: readonly Mark[], ink: string): void {
  const { ctx, bbox } = self;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.globalAlpha = 0.6;
  ctx.setLineDash([3, 3]);
  for (const mark of marks) {
    const x = self.valToPos(mark.step, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(mark.label, x + 4, bbox.top + 12);
  }
  ctx.restore();
}

/** The values under the pointer, beside the pointer. */
function showValues(self: uPlot, element: HTMLElement): void {
  const box = element.querySelector<HTMLElement>(".loss-chart-values");
  const index = self.cursor.idx;
  if (box === null) return;
  if (index === null || index === undefined || (self.cursor.left ?? -1) < 0) {
    box.style.display = "none";
    return;
  }
  const lines: HTMLElement[] = [];
  const head = document.createElement("b");
  head.textContent = `${self.series[0]?.label ?? ""} ${Number(self.data[0]?.[index]?.toFixed(2))}`;
  lines.push(head);
  self.series.forEach((series, column) => {
    if (column === 0 || series.label === undefined || series.show === false) return;
    const value = self.data[column]?.[index];
    if (value === null || value === undefined) return;
    const line = document.createElement("span");
    line.textContent = `${String(series.label)} ${value.toPrecision(4)}`;
    const stroke = typeof series.stroke === "function" ? series.stroke(self, column) : series.stroke;
    if (typeof stroke === "string") line.style.borderInlineStartColor = stroke;
    lines.push(line);
  });
  box.replaceChildren(...lines);
  box.style.display = "grid";
  const left = (self.cursor.left ?? 0) + self.over.offsetLeft;
  const flips = left > element.clientWidth / 2;
  box.style.left = flips ? "" : `${left + 12}px`;
  box.style.right = flips ? `${element.clientWidth - left + 12}px` : "";
}
