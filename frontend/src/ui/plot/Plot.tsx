/** A small picture of numbers as SVG: lines, dots or bars over two axes. For what is looked at once; runs have uPlot. */

import { compactNumber, shortNumber } from "../numbers";
import "./plot.css";
import { extent, ticks } from "./ticks";

type Range = readonly [number, number];

export interface Line {
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
  readonly color: string;
  readonly isDashed?: boolean;
  /** Points in place of a line. */
  readonly isDots?: boolean;
}

interface PlotProps {
  /** Said by a screen reader in place of the picture. */
  readonly label: string;
  readonly lines?: readonly Line[];
  readonly bars?: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  readonly xRange?: Range;
  readonly yRange?: Range;
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly width?: number;
  readonly height?: number;
}

const LEFT = 46;
const BOTTOM = 32;
const TOP = 8;
const RIGHT = 10;

export function Plot({
  label,
  lines = [],
  bars,
  xLabel,
  yLabel,
  width = 280,
  height = 190,
  ...ranges
}: PlotProps) {
  const xs = ranges.xRange ?? extent([...lines.flatMap(({ x }) => x), ...(bars?.edges ?? [])]);
  const ys = ranges.yRange ?? extent([...lines.flatMap(({ y }) => y), ...(bars ? [0, ...bars.counts] : [])]);
  const x = (value: number) => LEFT + ((value - xs[0]) / (xs[1] - xs[0] || 1)) * (width - LEFT - RIGHT);
  const y = (value: number) =>
    height - BOTTOM - ((value - ys[0]) / (ys[1] - ys[0] || 1)) * (height - BOTTOM - TOP);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} className="plot">
      {ticks(...ys, 4).map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} className="plot-grid" />
          <text x={LEFT - 6} y={y(value)} className="plot-tick" textAnchor="end" dominantBaseline="middle">
            {tickText(value)}
          </text>
        </g>
      ))}
      {ticks(...xs, 4).map((value) => (
        <text key={value} x={x(value)} y={height - BOTTOM + 14} className="plot-tick" textAnchor="middle">
          {tickText(value)}
        </text>
      ))}
      <line x1={LEFT} x2={width - RIGHT} y1={height - BOTTOM} y2={height - BOTTOM} className="plot-axis" />
      {xLabel && (
        <text x={(LEFT + width - RIGHT) / 2} y={height - 3} className="plot-name" textAnchor="middle">
          {xLabel}
        </text>
      )}
      {yLabel && (
        <text
          transform={`translate(9 ${(height - BOTTOM + TOP) / 2}) rotate(-90)`}
          className="plot-name"
          textAnchor="middle"
        >
          {yLabel}
        </text>
      )}
      {bars?.counts.map((count, index) => {
        const from = x(bars.edges[index] ?? 0);
        const to = x(bars.edges[index + 1] ?? 0);
        return (
          <rect
            key={bars.edges[index]}
            x={from + 0.5}
            y={y(count)}
            width={Math.max(0.5, to - from - 1)}
            height={Math.max(0, y(0) - y(count))}
            className="plot-bar"
          />
        );
      })}
      {lines.map((line, index) =>
        line.isDots ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place.
          <g key={index} fill={line.color} className="plot-dots">
            {points(line).map(([px, py], place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: dots have no identity but their place.
              <circle key={place} cx={x(px)} cy={y(py)} r={2} />
            ))}
          </g>
        ) : (
          <polyline
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place.
            key={index}
            points={points(line)
              .map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`)
              .join(" ")}
            stroke={line.color}
            className="plot-line"
            strokeDasharray={line.isDashed ? "4 3" : undefined}
          />
        ),
      )}
    </svg>
  );
}

function tickText(value: number): string {
  return Math.abs(value) >= 10_000 ? compactNumber(value) : shortNumber(value, 3);
}

function points({ x, y }: Line): [number, number][] {
  return x.flatMap((px, index) => {
    const py = y[index];
    return px === null || py === null || py === undefined || !Number.isFinite(px) || !Number.isFinite(py)
      ? []
      : [[px, py] as [number, number]];
  });
}
