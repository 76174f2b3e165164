/** A histogram over time: moments from left to right, values from bottom to top, the fuller the darker. */

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import { resolvedColor } from "../colors";
import { shortNumber } from "../numbers";
import { type Counted, overTime } from "./overTime";
import "./plot.css";

const BINS = 32;

interface TimeStripProps {
  readonly histograms: readonly (Counted | null | undefined)[];
  /** Said by a screen reader in place of the picture. */
  readonly label: string;
  readonly first: string;
  readonly last: string;
}

export function TimeStrip({ histograms, label, first, last }: TimeStripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme("light");
  const data = useMemo(() => overTime(histograms, BINS), [histograms]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the colour resolves to.
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || data === null) return;
    context.clearRect(0, 0, data.moments.length, BINS);
    context.fillStyle = resolvedColor("var(--ll-series-0)");
    data.moments.forEach((moment, x) => {
      moment.forEach((share, bin) => {
        context.globalAlpha = share ** 0.6;
        context.fillRect(x, BINS - 1 - bin, 1, 1);
      });
    });
  }, [data, scheme]);
  if (data === null) return null;
  return (
    <div className="time-strip">
      <span>{shortNumber(data.most, 2)}</span>
      <canvas ref={canvas} width={data.moments.length} height={BINS} role="img" aria-label={label} />
      <span>{shortNumber(data.least, 2)}</span>
      <span className="time-strip-times">
        <span>{first}</span>
        <span>{last}</span>
      </span>
    </div>
  );
}
