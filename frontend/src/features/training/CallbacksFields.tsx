/** Callbacks of fit: added from the catalogue, edited by the form of their schema, taken away. */

import { ActionIcon, Box, Group, NativeSelect, Text, Tooltip } from "@mantine/core";
import { Trash2 } from "lucide-react";

import type { Typed } from "../../document/types";
import { t } from "../../i18n";
import type { Catalogue, Json, PartDescription, Problem } from "../../schema";
import { Fold } from "../../ui/Fold";
import { SchemaForm } from "../../ui/form/SchemaForm";
import { withCode } from "../../ui/ProblemText";
import { ScheduleConfig } from "./ScheduleConfig";

interface CallbacksFieldsProps {
  readonly callbacks: readonly Typed[];
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
  /** Keys of the numbers that the run will report. */
  readonly monitors: readonly string[];
  readonly epochs: number;
  readonly onCallback: (index: number, callback: Typed | undefined) => void;
}

export function CallbacksFields({
  callbacks,
  catalogue,
  problems,
  onCallback,
  ...rest
}: CallbacksFieldsProps) {
  const problemsOf = (index: number) =>
    problems.filter((problem) => problem.field?.startsWith(`training.fit.callbacks.${index}`));
  return (
    <Fold
      title={t("training.callbacks")}
      summary={callbacks.map(({ type }) => type).join(", ") || t("fit.none")}
      opensFor={problems.some((problem) => problem.field?.startsWith("training.fit.callbacks"))}
    >
      {callbacks.map((callback, index) => (
        <CallbackCard
          // biome-ignore lint/suspicious/noArrayIndexKey: callbacks have no identity but their place.
          key={index}
          callback={callback}
          described={catalogue.callbacks.find((one) => one.type === callback.type)}
          catalogue={catalogue}
          problems={problemsOf(index)}
          {...rest}
          onChange={(changed) => onCallback(index, changed)}
        />
      ))}
      <NativeSelect
        size="xs"
        aria-label={t("training.addCallback")}
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
    </Fold>
  );
}

interface CallbackCardProps
  extends Pick<CallbacksFieldsProps, "catalogue" | "problems" | "monitors" | "epochs"> {
  readonly callback: Typed;
  readonly described: PartDescription | undefined;
  readonly onChange: (callback: Typed | undefined) => void;
}

function CallbackCard({
  callback,
  described,
  catalogue,
  problems,
  monitors,
  epochs,
  onChange,
}: CallbackCardProps) {
  const config = callback.config ?? {};
  const own = problems.map((problem) => ({
    ...problem,
    field: problem.field
      ?.split(".")
      .slice(4)
      .join(".")
      .replace(/^config\.?/, ""),
  }));
  const set = (name: string, value: Json | undefined) => {
    const { [name]: _removed, ...rest } = config;
    onChange({ ...callback, config: value === undefined ? rest : { ...rest, [name]: value } });
  };
  const schedule = described?.schema.properties?.schedule;
  return (
    <Box className="output-card" role="group" aria-label={callback.type}>
      <Group justify="space-between" mb={4} wrap="nowrap">
        <Text size="sm" fw={600}>
          {callback.type}
        </Text>
        <Tooltip label={t("training.removeCallback", { type: callback.type })}>
          <ActionIcon
            size="sm"
            aria-label={t("training.removeCallback", { type: callback.type })}
            onClick={() => onChange(undefined)}
          >
            <Trash2 size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
      {described === undefined ? (
        <Text size="xs" c="var(--ll-error)">
          {own[0]?.message}
        </Text>
      ) : (
        <>
          <Text size="xs" c="dimmed" mb={8}>
            {withCode(described.summary)}
          </Text>
          {schedule !== undefined && (
            <ScheduleConfig
              schedule={(config.schedule ?? schedule.default) as unknown as Typed}
              catalogue={catalogue}
              problems={own}
              within="schedule"
              steps={epochs}
              unit="epochs"
              onChange={(changed) => set("schedule", changed as unknown as Json)}
            />
          )}
          <SchemaForm
            schema={described.schema}
            config={config}
            problems={own}
            hidden={[...withoutEffect(described), "schedule"]}
            choices={{ monitor: monitors }}
            onChange={set}
          />
        </>
      )}
    </Box>
  );
}

/** Keras' arguments that change nothing here; their descriptions say so. */
function withoutEffect({ schema }: PartDescription): string[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, { description }]) => description?.toLowerCase().includes("without effect"))
    .map(([name]) => name);
}
