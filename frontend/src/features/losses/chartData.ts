/** A run's curves for the chart: a colour for each output, validation dashed. */

import { t } from "../../i18n";
import { type RunView, TOTAL } from "../../stores/runView";
import type { ChartData, Curve, Ring } from "../../ui/chart/types";
import { outputColor, resolvedColor, totalColor } from "../../ui/colors";
import { steadyNumber } from "../../ui/numbers";
import { marksOf } from "./marks";
import { axesIn, bestOf, type Line, linesOf, lossNames, placeIn, type Quantity, type Unit } from "./quantity";

export const VALIDATION_DASH = [5, 3];

export function chartDataOf(view: RunView, quantity: Quantity, unit: Unit): ChartData {
  const axisOf = axesIn(unit, view.stepsPerEpoch);
  const curves = linesOf(view, quantity).map((line): Curve => {
    const label = labelOf(line);
    return {
      key: keyOf(line),
      label: line.isValidation ? t("losses.validationOf", { name: label }) : label,
      color: colorOf(view, line.name),
      ...(line.isValidation && { dash: VALIDATION_DASH }),
      hasPoints: line.isByEpoch,
      isSmoothed: !line.isByEpoch,
      x: axisOf(line.points),
      values: line.values,
    };
  });
  return { curves, marks: marksOf(view, unit), rings: ringsOf(view, quantity, unit) };
}

/** Hiding an output hides its validation too. */
export function hiddenKeys(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].flatMap((name) => [name, `validation.${name}`]));
}

function keyOf({ name, isValidation }: Line): string {
  return isValidation ? `validation.${name}` : (name ?? "learning_rate");
}

function labelOf({ name }: Line): string {
  if (name === null) return t("losses.learningRate");
  return name === TOTAL ? t("losses.total") : name;
}

function colorOf(view: RunView, name: string | null): string {
  const place = name === null ? -1 : view.outputs.indexOf(name);
  return resolvedColor(place < 0 ? totalColor : outputColor(place));
}

function ringsOf(view: RunView, quantity: Quantity, unit: Unit): readonly Ring[] {
  return lossNames(view).flatMap((name) => {
    const best = bestOf(view, quantity, name);
    if (best === null) return [];
    const label = t("losses.bestOf", {
      name: name === TOTAL ? t("losses.total") : name,
      value: steadyNumber(best.value),
      epoch: best.epoch,
    });
    const x = placeIn(unit, best, view.stepsPerEpoch);
    return [{ key: name, x, y: best.value, color: colorOf(view, name), label }];
  });
}
