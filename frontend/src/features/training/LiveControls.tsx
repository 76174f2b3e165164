/** While a run goes: the learning rate and the loss weights in force, to be changed at once. Each change is an event. */

import { Button, Group, NumberInput, Text } from "@mantine/core";
import { useEffect, useState } from "react";

import { t } from "../../i18n";
import { useDocument } from "../../stores/documentStore";
import { useRun } from "../../stores/runStore";
import { isOver, type RunView } from "../../stores/runView";
import { outputColor } from "../../ui/colors";
import { shortNumber } from "../../ui/numbers";

export function LiveControls() {
  const view = useRun((state) => state.view);
  if (view === null || isOver(view.state) || view.state === "queued" || view.outputs.length === 0)
    return null;
  return <Controls key={view.runId} view={view} />;
}

interface Draft {
  readonly rate: number | string | null;
  readonly weights: { readonly [output: string]: number | string };
}
const NOTHING: Draft = { rate: null, weights: {} };

function Controls({ view }: { readonly view: RunView }) {
  const changeTraining = useRun((state) => state.changeTraining);
  const written = useDocument((state) => state.document.training?.optimizer?.config?.learning_rate);
  const [draft, setDraft] = useState<Draft>(NOTHING);
  const rate = view.learningRate ?? (typeof written === "number" ? written : null);
  // What came into force is no draft any more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they say that something came into force.
  useEffect(() => setDraft(NOTHING), [view.lossWeights, view.marks.length]);

  const weights = Object.fromEntries(
    Object.entries(draft.weights).filter(
      ([output, weight]) => isGood(weight) && weight !== (view.lossWeights[output] ?? 1),
    ),
  ) as { [output: string]: number };
  const newRate = isGood(draft.rate) && draft.rate !== rate ? draft.rate : undefined;
  const isChanged = newRate !== undefined || Object.keys(weights).length > 0;
  const apply = () => {
    if (!isChanged) return;
    void changeTraining({
      ...(Object.keys(weights).length > 0 && { loss_weights: weights }),
      ...(newRate !== undefined && { learning_rate: newRate }),
    });
  };
  return (
    <section
      className="live-controls"
      aria-label={t("fit.live")}
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target instanceof HTMLInputElement) apply();
        if (event.key === "Escape") setDraft(NOTHING);
      }}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text component="h3" className="section-heading">
          {t("fit.live")}
        </Text>
        <Button size="compact-xs" disabled={!isChanged} onClick={apply}>
          {t("fit.apply")}
        </Button>
      </Group>
      <NumberInput
        size="xs"
        label={t("training.learningRate")}
        name="live.learning_rate"
        min={0}
        step={rate === null ? 0.0001 : rate / 10}
        decimalScale={12}
        description={rate === null ? undefined : t("fit.inForce", { value: shortNumber(rate) })}
        inputWrapperOrder={["label", "input", "description"]}
        value={draft.rate ?? rate ?? ""}
        onChange={(value) => setDraft((now) => ({ ...now, rate: value }))}
      />
      <div className="field-pair">
        {view.outputs.map((output, index) => (
          <NumberInput
            key={output}
            size="xs"
            label={t("fit.lossWeightOf", { output })}
            name={`live.${output}.loss_weight`}
            leftSection={<span className="swatch" style={{ background: outputColor(index) }} aria-hidden />}
            min={0}
            step={0.1}
            decimalScale={6}
            description={t("fit.inForce", { value: shortNumber(view.lossWeights[output] ?? 1) })}
            inputWrapperOrder={["label", "input", "description"]}
            value={draft.weights[output] ?? view.lossWeights[output] ?? 1}
            onChange={(value) =>
              setDraft((now) => ({ ...now, weights: { ...now.weights, [output]: value } }))
            }
          />
        ))}
      </div>
    </section>
  );
}

function isGood(value: number | string | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
