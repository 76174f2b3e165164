/** From compared runs to one chart and one table: a colour and a letter for each run. Pure but for words and colours. */

import { t } from "../../../i18n";
import { metricKey, type RunView, TOTAL } from "../../../stores/runView";
import type { ChartData, Curve, Ring } from "../../../ui/chart/types";
import { outputColor, resolvedColor } from "../../../ui/colors";
import { steadyNumber } from "../../../ui/numbers";
import { VALIDATION_DASH } from "../chartData";
import {
  axesIn,
  bestOf,
  isLowerBetter,
  type Line,
  linesOf,
  lossNames,
  metricOf,
  placeIn,
  type Quantity,
  quantitiesOf,
  type Unit,
} from "../quantity";
import { letterOf } from "./words";

/** A quantity of one output, or of the total. */
export interface Choice {
  readonly quantity: Quantity;
  readonly name: string | null;
}

export function choiceKey({ quantity, name }: Choice): string {
  return `${quantity} ${name ?? ""}`;
}

/** All that any of the runs has: the total first, then each output's loss, metrics, the learning rate. */
export function choicesOf(views: readonly RunView[]): readonly Choice[] {
  return quantitiesOf(views).flatMap((quantity) => {
    const names = new Set(views.flatMap((view) => namesOf(view, quantity)));
    return [...names].map((name) => ({ quantity, name }));
  });
}

function namesOf(view: RunView, quantity: Quantity): readonly (string | null)[] {
  if (quantity === "learning_rate") return [null];
  if (quantity === "loss") return [TOTAL, ...view.outputs];
  return linesOf(view, quantity).map(({ name }) => name);
}

export function choiceInWords({ quantity, name }: Choice): string {
  if (name === null) return t("losses.learningRate");
  const metric = metricOf(quantity) ?? t("losses.loss");
  return `${metric}: ${name === TOTAL ? t("losses.total") : name}`;
}

/** Which rows the curves are of. */
export type Part = "both" | "training" | "validation";

export function comparedChart(views: readonly RunView[], choice: Choice, unit: Unit, part: Part): ChartData {
  const curves: Curve[] = [];
  const rings: Ring[] = [];
  views.forEach((view, place) => {
    const axisOf = axesIn(unit, view.stepsPerEpoch);
    const color = resolvedColor(outputColor(place));
    // A run that stands alone needs no letter.
    const isAlone = views.length === 1;
    const letter = isAlone ? choiceInWords(choice) : letterOf(place);
    const lines = linesOfChoice(view, choice).filter(({ isValidation }) =>
      part === "both" ? true : isValidation === (part === "validation"),
    );
    lines.forEach((line, index) => {
      const label = line.isValidation ? t("losses.validationOf", { name: letter }) : letter;
      curves.push({
        key: `${view.runId} ${line.isValidation}`,
        label,
        color,
        ...(line.isValidation && { dash: VALIDATION_DASH }),
        ...(index === 0 && !isAlone && { tag: letter }),
        hasPoints: line.isByEpoch,
        isSmoothed: !line.isByEpoch,
        x: axisOf(line.points),
        values: line.values,
      });
    });
    const best = bestOf(view, choice.quantity, nameIn(view, choice));
    if (
      best === null ||
      lines.length === 0 ||
      (part !== "both" && best.isValidation !== (part === "validation"))
    )
      return;
    rings.push({
      key: view.runId,
      x: placeIn(unit, best, view.stepsPerEpoch),
      y: best.value,
      color,
      label: t("losses.bestOf", { name: letter, value: steadyNumber(best.value), epoch: best.epoch }),
    });
  });
  return { curves, marks: [], rings };
}

function linesOfChoice(view: RunView, choice: Choice): readonly Line[] {
  const name = nameIn(view, choice);
  return linesOf(view, choice.quantity).filter((line) => line.name === null || line.name === name);
}

/** The total of a run with one output is that output. */
function nameIn(view: RunView, { name }: Choice): string {
  if (name === TOTAL && view.outputs.length === 1) return view.outputs[0]!;
  return name ?? "";
}

/** A row of the table of results: one number for each run. */
export interface Result {
  readonly label: string;
  readonly values: readonly (number | null | undefined)[];
  /** Which of the runs has the best of them; several where they are equal. */
  readonly best: readonly boolean[];
}

/** After the last epoch: the losses and metrics of every output, on the training rows and on the validation rows. */
export function resultsOf(views: readonly RunView[]): readonly Result[] {
  const names = [...new Set(views.flatMap(lossNames))].sort(
    (a, b) => Number(b === TOTAL) - Number(a === TOTAL),
  );
  const metrics = quantitiesOf(views).flatMap((quantity) => metricOf(quantity) ?? []);
  const outputs = [...new Set(views.flatMap(({ outputs: own }) => own))];
  const measures = [
    ...names.map((key) => ({
      key,
      label: `${t("losses.loss")}: ${key === TOTAL ? t("losses.total") : key}`,
      isDown: true,
    })),
    ...metrics.flatMap((metric) =>
      outputs.map((output) => ({
        key: metricKey(output, metric),
        label: `${metric}: ${output}`,
        isDown: isLowerBetter(metric),
      })),
    ),
  ];
  return measures.flatMap(({ key, label, isDown }) => [
    ...rowOf(
      label,
      views.map((view) => lastOf(view.epochCurves.values(key))),
      isDown,
    ),
    ...rowOf(
      t("losses.validationOf", { name: label }),
      views.map((view) => lastOf(view.validation.values(key))),
      isDown,
    ),
  ]);
}

function lastOf(values: Float64Array): number | undefined {
  return values.length === 0 ? undefined : values[values.length - 1];
}

function rowOf(label: string, values: readonly (number | undefined)[], isDown: boolean): Result[] {
  const known = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (values.every((value) => value === undefined)) return [];
  const best = isDown ? Math.min(...known) : Math.max(...known);
  return [{ label, values, best: values.map((value) => known.length > 1 && value === best) }];
}
