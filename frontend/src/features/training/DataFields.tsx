/** What the model is fed with: a data set, and its columns by Input. */

import { ActionIcon, Button, Group, NativeSelect, Stack, Text, Tooltip } from "@mantine/core";
import { Sparkles, TableProperties } from "lucide-react";

import { bindColumn, setData } from "../../document/commands";
import { chooseDataset, type End, fitsAnyModel } from "../../document/proposals";
import type { Training } from "../../document/types";
import { t } from "../../i18n";
import type { Dataset, EncoderDescription, Problem } from "../../schema";
import { useDialogs } from "../../stores/dialogStore";
import { useDocument } from "../../stores/documentStore";
import { withCode } from "../../ui/ProblemText";
import { ColumnField } from "./ColumnField";
import { problemOf, SectionHeading } from "./parts";
import { SplitFields } from "./SplitFields";

interface DataFieldsProps {
  readonly training: Training;
  readonly datasets: readonly Dataset[] | undefined;
  readonly inputs: readonly End[];
  readonly outputs: readonly End[];
  readonly encoders: readonly EncoderDescription[];
  readonly problems: readonly Problem[];
}

export function DataFields({ training, datasets, inputs, outputs, encoders, problems }: DataFieldsProps) {
  const run = useDocument((state) => state.run);
  const dataset = datasets?.find(({ id }) => id === training.data?.dataset);
  const choose = (id: string) => {
    const chosen = datasets?.find((one) => one.id === id);
    run(chosen === undefined ? setData({ data: null }) : chooseDataset(chosen, inputs, outputs, training));
  };
  return (
    <Stack gap={8}>
      <SectionHeading text={t("training.dataHeading")} />
      <Group gap={6} align="flex-end" wrap="nowrap">
        <NativeSelect
          size="xs"
          style={{ flex: 1 }}
          label={t("training.dataset")}
          name="dataset"
          error={
            problemOf(problems, "training.data.dataset") ??
            problems.find(({ field }) => field === "training.data")?.message
          }
          value={training.data?.dataset ?? ""}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="">{t("training.noDataset")}</option>
          <DatasetOptions datasets={datasets ?? []} kinds={["uploaded"]} label={t("training.ownSets")} />
          <DatasetOptions
            datasets={datasets ?? []}
            kinds={["bundled", "derived"]}
            label={t("training.bundledSets")}
          />
          <DatasetOptions
            datasets={datasets ?? []}
            kinds={["generated"]}
            label={t("training.generatedSets")}
          />
          {training.data?.dataset && dataset === undefined && datasets !== undefined && (
            <option value={training.data.dataset}>{training.data.dataset}</option>
          )}
        </NativeSelect>
        <Tooltip label={t("training.openData")}>
          <ActionIcon
            size={30}
            variant="default"
            aria-label={t("training.openData")}
            onClick={() => useDialogs.getState().open("datasets")}
          >
            <TableProperties size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {dataset !== undefined && (
        <Text size="xs" c="dimmed">
          {withCode(dataset.description)}
        </Text>
      )}
      {dataset !== undefined && !fitsAnyModel(dataset) && (
        <Button
          variant="light"
          leftSection={<Sparkles size={14} aria-hidden />}
          onClick={() => useDialogs.getState().open("fitInputs")}
        >
          {t("fitting.open")}
        </Button>
      )}
      {inputs.map(({ id, spec }) => (
        <ColumnField
          key={id}
          id={id}
          label={t("training.inputColumn", { id })}
          side="inputs"
          dataset={dataset}
          binding={training.data?.inputs?.[id]}
          encoders={encoders}
          steps={spec !== null && "shape" in spec && spec.shape.length > 2 ? spec.shape[1] : null}
          problems={problems}
          onChange={(binding, field) =>
            run(bindColumn({ side: "inputs", node: id, column: binding ?? null, field }))
          }
        />
      ))}
      {dataset !== undefined && !fitsAnyModel(dataset) && (
        <SplitFields split={training.data?.split ?? null} dataset={dataset} problems={problems} />
      )}
    </Stack>
  );
}

interface DatasetOptionsProps {
  readonly datasets: readonly Dataset[];
  readonly kinds: readonly Dataset["kind"][];
  readonly label: string;
}

function DatasetOptions({ datasets, kinds, label }: DatasetOptionsProps) {
  const own = datasets.filter(({ kind }) => kinds.includes(kind));
  if (own.length === 0) return null;
  return (
    <optgroup label={label}>
      {own.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}
