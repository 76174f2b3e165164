/** Arguments of `fit` and its callbacks. */

import { ActionIcon, Box, Group, NativeSelect, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { Trash2 } from "lucide-react";

import type { Fit, Typed } from "../../document/types";
import { t } from "../../i18n";
import type { Catalogue, Problem } from "../../schema";
import { SchemaForm } from "../../ui/form/SchemaForm";

interface FitFieldsProps {
  readonly fit: Fit | undefined;
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
  readonly onChange: <Name extends keyof Fit>(name: Name, value: Fit[Name]) => void;
  readonly onCallback: (index: number, callback: Typed | undefined) => void;
}

export function FitFields({ fit, catalogue, problems, onChange, onCallback }: FitFieldsProps) {
  const problemOf = (field: string) =>
    problems.find((problem) => problem.field === `training.fit.${field}`)?.message;
  const callbacks = fit?.callbacks ?? [];
  return (
    <Stack gap={8}>
      <div className="field-pair">
        <NumberInput
          size="xs"
          label={t("training.epochs")}
          name="epochs"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          error={problemOf("epochs")}
          value={fit?.epochs ?? 10}
          onChange={(value) => {
            if (typeof value === "number" && value >= 1) onChange("epochs", value);
          }}
        />
        <NumberInput
          size="xs"
          label={t("training.batchSize")}
          name="batch_size"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          error={problemOf("batch_size")}
          value={fit?.batch_size ?? 32}
          onChange={(value) => {
            if (typeof value === "number" && value >= 1) onChange("batch_size", value);
          }}
        />
      </div>
      <div className="field-pair">
        <NumberInput
          size="xs"
          label={t("training.validationSplit")}
          name="validation_split"
          min={0}
          max={0.95}
          step={0.05}
          decimalScale={4}
          error={problemOf("validation_split")}
          value={fit?.validation_split ?? 0}
          onChange={(value) => {
            if (typeof value === "number" && value >= 0 && value < 1) onChange("validation_split", value);
          }}
        />
        <NumberInput
          size="xs"
          label={t("training.seed")}
          name="seed"
          min={0}
          max={4_294_967_295}
          allowDecimal={false}
          placeholder={t("training.seedDrawn")}
          error={problemOf("seed")}
          value={fit?.seed ?? ""}
          onChange={(value) => onChange("seed", typeof value === "number" ? value : undefined)}
        />
      </div>
      <Switch
        size="xs"
        label={t("training.shuffle")}
        name="shuffle"
        checked={fit?.shuffle ?? true}
        onChange={(event) => onChange("shuffle", event.currentTarget.checked)}
      />
      {catalogue.callbacks.length > 0 && (
        <NativeSelect
          size="xs"
          label={t("training.callbacks")}
          name="callbacks"
          value=""
          data={[
            { value: "", label: t("training.addCallback") },
            ...catalogue.callbacks.map((one) => one.type),
          ]}
          onChange={(event) => {
            if (event.currentTarget.value !== "")
              onCallback(callbacks.length, { type: event.currentTarget.value, config: {} });
          }}
        />
      )}
      {callbacks.map((callback, index) => {
        const described = catalogue.callbacks.find((one) => one.type === callback.type);
        const config = callback.config ?? {};
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: callbacks have no identity but their place.
          <Box key={index} className="output-card" role="group" aria-label={callback.type}>
            <Group justify="space-between" mb={6}>
              <Text size="sm" fw={600}>
                {callback.type}
              </Text>
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label={t("training.removeCallback", { type: callback.type })}
                onClick={() => onCallback(index, undefined)}
              >
                <Trash2 size={14} />
              </ActionIcon>
            </Group>
            {described !== undefined && (
              <SchemaForm
                schema={described.schema}
                config={config}
                problems={problems
                  .filter((problem) => problem.field?.startsWith(`training.fit.callbacks.${index}.`))
                  .map((problem) => ({
                    ...problem,
                    field: problem.field
                      ?.split(".")
                      .slice(4)
                      .join(".")
                      .replace(/^config\./, ""),
                  }))}
                onChange={(name, value) => {
                  const { [name]: _removed, ...rest } = config;
                  onCallback(index, {
                    ...callback,
                    config: value === undefined ? rest : { ...rest, [name]: value },
                  });
                }}
              />
            )}
          </Box>
        );
      })}
    </Stack>
  );
}
