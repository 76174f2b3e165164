/** A sequence as a small line; several features as several lines. */

import { t } from "../../i18n";
import type { Json } from "../../schema";
import classes from "./data.module.css";
import { showNumber } from "./format";

type Sequence = readonly (number | null)[] | readonly (readonly (number | null)[])[];

const WIDTH = 140;
const HEIGHT = 32;
const MOST_FEATURES = 4;

const isNumber = (value: Json | undefined) => typeof value === "number" || value === null;

/** At least 8 steps, of a number or of a few numbers each. */
export function isSequence(value: Json): value is Json & Sequence {
  if (!Array.isArray(value) || value.length < 8) return false;
  if (value.every(isNumber)) return value.some((each: Json) => each !== null);
  const features = Array.isArray(value[0]) ? value[0].length : 0;
  return (
    features >= 1 &&
    features <= MOST_FEATURES &&
    value.every((step: Json) => Array.isArray(step) && step.length === features && step.every(isNumber))
  );
}

export function Sparkline({ values }: { readonly values: Sequence }) {
  const steps = values.map((step) => (Array.isArray(step) ? step : [step])) as (number | null)[][];
  const present = steps.flat().filter((value): value is number => value !== null);
  const least = Math.min(...present);
  const most = Math.max(...present);
  const range = most - least || 1;
  const x = (index: number) => (index * WIDTH) / Math.max(1, steps.length - 1);
  const y = (value: number) => HEIGHT - 2 - ((HEIGHT - 4) * (value - least)) / range;
  const features = steps[0]?.length ?? 0;
  return (
    <svg
      className={classes.sparkline}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={t("data.sequence", {
        steps: steps.length,
        min: showNumber(least),
        max: showNumber(most),
      })}
    >
      {Array.from({ length: features }, (_, feature) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a feature has no identity but its place.
          key={feature}
          d={pathOf(steps, feature, x, y)}
          stroke={`var(--ll-series-${feature})`}
        />
      ))}
    </svg>
  );
}

/** Broken where values are missing. */
function pathOf(
  steps: readonly (readonly (number | null)[])[],
  feature: number,
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let isDown = false;
  return steps
    .map((step, index) => {
      const value = step[feature];
      if (value === null || value === undefined) {
        isDown = false;
        return "";
      }
      const command = isDown ? "L" : "M";
      isDown = true;
      return `${command}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join("");
}
