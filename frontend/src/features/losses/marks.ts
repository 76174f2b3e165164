/** What happened to a run, as marks on its chart and in words. */

import { t } from "../../i18n";
import type { Mark as MarkOfRun, RunView } from "../../stores/runView";
import type { Mark } from "../../ui/chart/types";
import { steadyNumber } from "../../ui/numbers";
import { placeIn, type Unit } from "./quantity";

export function marksOf(view: RunView, unit: Unit): readonly Mark[] {
  return view.marks.map((mark) => {
    const x = placeIn(unit, mark, view.stepsPerEpoch);
    const { label, detail } = wordsOf(mark);
    return label === null ? { x, detail } : { x, label, detail };
  });
}

function wordsOf({ event, before }: MarkOfRun): { readonly label: string | null; readonly detail: string } {
  switch (event.kind) {
    case "training_changed": {
      const changes = Object.entries(event.loss_weights ?? {}).map(([name, weight]) =>
        t("losses.changedWeight", {
          name,
          before: steadyNumber(before.lossWeights[name] ?? 1),
          after: steadyNumber(weight),
        }),
      );
      if (event.learning_rate !== undefined && event.learning_rate !== null) {
        changes.push(t("losses.changedRate", { after: steadyNumber(event.learning_rate) }));
      }
      return { label: t("losses.markChanged"), detail: changes.join("; ") };
    }
    case "checkpoint_saved":
      // One an epoch, or more: a tick says enough.
      return { label: null, detail: t("losses.markCheckpoint", { epoch: event.epoch }) };
    case "run_paused":
      return { label: t("losses.markPaused"), detail: t("losses.markPaused") };
    case "run_resumed":
      return { label: t("losses.markResumed"), detail: t("losses.markResumed") };
    case "run_interrupted":
      return {
        label: t("losses.markInterrupted"),
        detail: event.problem?.message ?? t("losses.markInterrupted"),
      };
    case "run_started":
      return { label: t("losses.markRestarted"), detail: t("losses.markRestarted") };
  }
}
