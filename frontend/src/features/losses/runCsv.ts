/** All of a run's curves as a table: losses of every step; of every epoch its metrics, and the same on validation. */

import type { Curves } from "../../stores/curves";
import { LEARNING_RATE, type RunView, TOTAL } from "../../stores/runView";
import { type CsvPart, type CsvRun, curvesCsv } from "../../ui/chart/csv";

export function runsCsv(runs: readonly { readonly name: string; readonly view: RunView }[]): string {
  return curvesCsv(
    runs.map(({ name, view }): CsvRun => {
      const parts = [
        partOf(view.steps, (key) => key),
        // The epoch's means stand beside the losses of its last step.
        partOf(view.epochCurves, (key) => (key === LEARNING_RATE ? "learning_rate" : `epoch ${key}`)),
        partOf(view.validation, (key) => `validation ${key}`),
      ];
      return { name, stepsPerEpoch: view.stepsPerEpoch, parts };
    }),
  );
}

function partOf(points: Curves, nameOf: (key: string) => string): CsvPart {
  return {
    steps: points.x.values,
    seconds: points.seconds.values,
    curves: [...points.series.keys()].map((key) => ({
      name: nameOf(key === TOTAL ? "total" : key),
      values: points.values(key),
    })),
  };
}
