/** The column that tells how much each row counts for an output: Keras' `sample_weight`. */

import { NativeSelect } from "@mantine/core";

import { setSampleWeights } from "../../document/commands";
import { t } from "../../i18n";
import type { Dataset, Problem } from "../../schema";
import { useDocument } from "../../stores/documentStore";
import { problemOf } from "./parts";

interface SampleWeightsProps {
  readonly output: string;
  readonly dataset: Dataset | undefined;
  readonly problems: readonly Problem[];
}

export function SampleWeights({ output, dataset, problems }: SampleWeightsProps) {
  const column = useDocument((state) => state.document.training?.data?.sample_weights?.[output]);
  const run = useDocument((state) => state.run);
  const numbers = (dataset?.columns ?? [])
    .filter(({ kind, shape }) => shape.length === 0 && (kind === "number" || kind === "integer"))
    .map(({ name }) => name);
  if (numbers.length === 0 && column === undefined) return null;
  return (
    <NativeSelect
      size="xs"
      label={t("training.sampleWeights")}
      name={`${output}.sample_weights`}
      error={problemOf(problems, `training.data.sample_weights.${output}`)}
      value={column ?? ""}
      data={[
        { value: "", label: t("training.sameWeights") },
        ...numbers,
        ...(column === undefined || numbers.includes(column)
          ? []
          : [{ value: column, label: t("training.missingColumn", { name: column }) }]),
      ]}
      onChange={(event) => run(setSampleWeights({ output, column: event.currentTarget.value || null }))}
    />
  );
}
