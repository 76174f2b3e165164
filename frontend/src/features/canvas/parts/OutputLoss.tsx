/** The latest loss of an output, on its node, while a run of this project is followed. */

import { useEffect, useState } from "react";
import { MAIN } from "../../../document/types";
import { t } from "../../../i18n";
import { useDocument } from "../../../stores/documentStore";
import { useRun } from "../../../stores/runStore";
import classes from "./node.module.css";

/** Steps end hundreds of times a second; a number that changes faster cannot be read. */
const REST_MS = 300;

export function OutputLoss({ output, model }: { readonly output: string; readonly model: string }) {
  const trained = useDocument((state) => state.document.training?.model ?? MAIN);
  const loss = useRestingLoss(output);
  if (trained !== model || loss === undefined) return null;
  const text = loss === null ? t("canvas.lossNotFinite") : shown(loss);
  return (
    <span className={classes.loss} title={t("canvas.latestLoss", { loss: text })}>
      {text}
    </span>
  );
}

function useRestingLoss(output: string): number | null | undefined {
  const [loss, setLoss] = useState(() => useRun.getState().view?.losses[output]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      timer = undefined;
      setLoss(useRun.getState().view?.losses[output]);
    };
    read();
    const stop = useRun.subscribe((state, before) => {
      if (state.view !== before.view) timer ??= setTimeout(read, REST_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [output]);
  return loss;
}

function shown(loss: number): string {
  if (loss !== 0 && Math.abs(loss) < 0.001) return loss.toExponential(1);
  return Math.abs(loss) >= 1000 ? loss.toPrecision(4) : loss.toFixed(Math.abs(loss) >= 100 ? 1 : 3);
}
