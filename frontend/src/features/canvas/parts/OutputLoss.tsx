/** The latest loss of an output, on its node, while a run of this project is followed. */

import { MAIN } from "../../../document/types";
import { t } from "../../../i18n";
import { useDocument } from "../../../stores/documentStore";
import { useRun } from "../../../stores/runStore";
import classes from "./node.module.css";

export function OutputLoss({ output, model }: { readonly output: string; readonly model: string }) {
  const trained = useDocument((state) => state.document.training?.model ?? MAIN);
  const loss = useRun((state) => state.view?.losses[output]);
  if (trained !== model || loss === undefined) return null;
  const text = loss === null ? t("canvas.lossNotFinite") : shown(loss);
  return (
    <span className={classes.loss} title={t("canvas.latestLoss", { loss: text })}>
      {text}
    </span>
  );
}

function shown(loss: number): string {
  if (loss !== 0 && Math.abs(loss) < 0.001) return loss.toExponential(1);
  return Math.abs(loss) >= 1000 ? loss.toPrecision(4) : loss.toFixed(Math.abs(loss) >= 100 ? 1 : 3);
}
