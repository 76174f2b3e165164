/** How much each class of a target counts: Keras' `class_weight`, by output. */

import { NumberInput, Text, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

import { t } from "../../i18n";
import { readWeights, showWeights, type Weights } from "./classWeightText";

/** Above this many classes they are typed as a text. */
const MOST_FIELDS = 12;

interface ClassWeightsProps {
  readonly output: string;
  /** Names of the target's classes, in the order of their numbers; empty where they are not known. */
  readonly classes: readonly (string | number)[];
  readonly weights: Weights | undefined;
  readonly error: string | undefined;
  readonly onChange: (weights: Weights | undefined) => void;
}

export function ClassWeights({ output, classes, weights = {}, error, onChange }: ClassWeightsProps) {
  const set = (label: string, value: number | string) => {
    const { [label]: _removed, ...rest } = weights;
    const next = typeof value !== "number" || value === 1 ? rest : { ...rest, [label]: value };
    onChange(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <div role="group" aria-label={t("fit.classWeights")}>
      <Text size="xs" fw={500} mb={4}>
        {t("fit.classWeights")}
      </Text>
      {classes.length > 0 && classes.length <= MOST_FIELDS ? (
        <div className="field-pair">
          {classes.map((name, index) => (
            <NumberInput
              key={String(name)}
              size="xs"
              label={t("fit.weightOfClass", { name: String(name) })}
              name={`${output}.class_weight.${index}`}
              min={0}
              step={0.5}
              decimalScale={6}
              value={weights[String(index)] ?? 1}
              onChange={(value) => set(String(index), value)}
            />
          ))}
        </div>
      ) : (
        <WeightsText output={output} weights={weights} onChange={onChange} />
      )}
      {error !== undefined && <span className="field-error">{error}</span>}
    </div>
  );
}

function WeightsText({
  output,
  weights,
  onChange,
}: {
  readonly output: string;
  readonly weights: Weights;
  readonly onChange: (weights: Weights | undefined) => void;
}) {
  const stored = showWeights(weights);
  const [draft, setDraft] = useState(stored);
  const [isFocused, setFocused] = useState(false);
  useEffect(() => {
    if (!isFocused) setDraft(stored);
  }, [stored, isFocused]);
  return (
    <TextInput
      size="xs"
      label={t("fit.classWeightsText")}
      name={`${output}.class_weight`}
      placeholder="0: 1, 1: 3.5"
      error={readWeights(draft) === undefined ? t("fit.notWeights") : undefined}
      value={draft}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        const read = readWeights(event.currentTarget.value);
        if (read !== undefined) onChange(Object.keys(read).length === 0 ? undefined : read);
      }}
    />
  );
}
