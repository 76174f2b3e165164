/** The optimizer, its learning rate (a number or a schedule with its curve), and the rest of its config behind one click. */

import { NativeSelect, NumberInput, Stack } from "@mantine/core";

import type { Typed } from "../../document/types";
import { t } from "../../i18n";
import type { Catalogue, Json, Problem } from "../../schema";
import { Fold } from "../../ui/Fold";
import { SchemaForm } from "../../ui/form/SchemaForm";
import { kept, ScheduleConfig, scheduleTypes } from "./ScheduleConfig";

interface OptimizerFieldsProps {
  readonly optimizer: Typed | null | undefined;
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
  /** Steps of the whole run, for the curve of a schedule. */
  readonly steps: number;
  /** `field` names what was typed into, so that typing is one step of undo. */
  readonly onChange: (optimizer: Typed, field?: string) => void;
}

export function OptimizerFields({ optimizer, catalogue, problems, steps, onChange }: OptimizerFieldsProps) {
  const type = optimizer?.type ?? "RMSprop";
  const described = catalogue.optimizers.find((one) => one.type === type);
  const config = optimizer?.config ?? {};
  const own = problems
    .filter((problem) => problem.field?.startsWith("training.optimizer"))
    .map((problem) => ({
      ...problem,
      field: problem.field?.replace(/^training\.optimizer\.?(config\.)?/, "") ?? "",
    }));
  const rate = config.learning_rate ?? described?.schema.properties?.learning_rate?.default;
  const schedule = asSchedule(rate);
  const set = (name: string, value: Json | undefined) => {
    const { [name]: _removed, ...rest } = config;
    onChange({ type, config: value === undefined ? rest : { ...rest, [name]: value } }, name);
  };
  const setSchedule = (chosen: string) => {
    const initial = schedule?.config?.initial_learning_rate ?? (typeof rate === "number" ? rate : 0.001);
    if (chosen === "") set("learning_rate", typeof initial === "number" ? initial : 0.001);
    else if (schedule !== null) set("learning_rate", { type: chosen, config: kept(schedule) });
    else set("learning_rate", newSchedule(chosen, Number(initial), steps));
  };
  const rateProblem = own.find((problem) => problem.field === "learning_rate")?.message;
  return (
    <Stack gap={8}>
      <div className="field-pair">
        <NativeSelect
          size="xs"
          label={t("training.optimizer")}
          name="optimizer"
          error={own.find((problem) => problem.field === "" || problem.field === "type")?.message}
          value={type}
          data={[...catalogue.optimizers.map((one) => one.type), ...(described === undefined ? [type] : [])]}
          onChange={(event) =>
            onChange({
              type: event.currentTarget.value,
              config: config.learning_rate === undefined ? {} : { learning_rate: config.learning_rate },
            })
          }
        />
        {schedule === null && (
          <NumberInput
            size="xs"
            label={t("training.learningRate")}
            name="learning_rate"
            error={own.find((problem) => problem.field.startsWith("learning_rate"))?.message}
            min={0}
            step={0.0001}
            decimalScale={10}
            value={typeof rate === "number" ? rate : 0.001}
            onChange={(value) => {
              if (typeof value === "number") set("learning_rate", value);
            }}
          />
        )}
        {catalogue.schedules.length > 0 && (
          <NativeSelect
            size="xs"
            style={schedule === null ? { gridColumn: "1 / -1" } : undefined}
            label={t("fit.rateSchedule")}
            name="schedule"
            error={schedule === null ? undefined : rateProblem}
            value={schedule?.type ?? ""}
            data={[
              { value: "", label: t("fit.constant") },
              ...scheduleTypes(catalogue, schedule?.type ?? "").map((one) => ({ value: one, label: one })),
            ]}
            onChange={(event) => setSchedule(event.currentTarget.value)}
          />
        )}
      </div>
      {schedule !== null && (
        <ScheduleConfig
          schedule={schedule}
          catalogue={catalogue}
          problems={own}
          within="learning_rate"
          hasType={false}
          steps={steps}
          unit="steps"
          onChange={(changed, field) =>
            onChange({ type, config: { ...config, learning_rate: changed as unknown as Json } }, field)
          }
        />
      )}
      {described !== undefined && (
        <Fold
          title={t("training.optimizerMore")}
          opensFor={own.some(
            ({ field }) => field !== "" && field !== "type" && !field.startsWith("learning_rate"),
          )}
        >
          <SchemaForm
            schema={described.schema}
            config={config}
            problems={own}
            hidden={["learning_rate"]}
            onChange={set}
          />
        </Fold>
      )}
    </Stack>
  );
}

function asSchedule(rate: Json | undefined): Typed | null {
  if (typeof rate !== "object" || rate === null || Array.isArray(rate)) return null;
  const { type, class_name: kerasName } = rate as { type?: unknown; class_name?: unknown };
  const name = type ?? kerasName;
  return typeof name === "string" ? { type: name, config: (rate as unknown as Typed).config ?? {} } : null;
}

/** A schedule that runs over the whole of this training. */
function newSchedule(type: string, initial: number, steps: number): Json {
  const decay = Math.max(1, steps);
  switch (type) {
    case "PiecewiseConstantDecay":
      return {
        type,
        config: { boundaries: [Math.max(1, Math.round(decay / 2))], values: [initial, initial / 10] },
      };
    case "CosineDecayRestarts":
      return {
        type,
        config: { initial_learning_rate: initial, first_decay_steps: Math.max(1, Math.round(decay / 7)) },
      };
    case "ExponentialDecay":
    case "InverseTimeDecay":
      return {
        type,
        config: { initial_learning_rate: initial, decay_steps: Math.max(1, Math.round(decay / 10)) },
      };
    case "PolynomialDecay":
      return {
        type,
        config: { initial_learning_rate: initial, decay_steps: decay, end_learning_rate: initial / 10 },
      };
    default:
      return { type, config: { initial_learning_rate: initial, decay_steps: decay } };
  }
}
