/** A small bar chart: a histogram, or counts of values. Its text says the range and the highest bar. */

import classes from "./data.module.css";

export interface BarsProps {
  readonly bars: readonly { readonly count: number; readonly label: string }[];
  readonly label: string;
  /** With room between the bars: values that are no range. */
  readonly isApart?: boolean;
}

const WIDTH = 132;
const HEIGHT = 30;

export function Bars({ bars, label, isApart = false }: BarsProps) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const step = Math.min(isApart ? 22 : WIDTH, WIDTH / bars.length);
  const gap = isApart ? Math.min(3, step / 4) : step > 4 ? 1 : 0;
  return (
    <svg className={classes.bars} width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={classes.base} />
      {bars.map(({ count, label: text }, index) => {
        // A bar that counts anything can be seen.
        const height = count === 0 ? 0 : Math.max(1.5, ((HEIGHT - 2) * count) / most);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar has no identity but its place.
          <g key={index}>
            <title>{text}</title>
            <rect x={index * step} y={0} width={step} height={HEIGHT} className={classes.catcher} />
            <rect
              x={index * step + gap / 2}
              y={HEIGHT - 1 - height}
              width={Math.max(1, step - gap)}
              height={height}
              className={classes.bar}
            />
          </g>
        );
      })}
    </svg>
  );
}
