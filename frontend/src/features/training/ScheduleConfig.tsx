/** A learning rate schedule: its type, its config, and the curve that it will follow. */

import { NativeSelect, Stack } from "@mantine/core";

import type { Typed } from "../../document/types";
import { t } from "../../i18n";
import type { Catalogue, Json, Problem } from "../../schema";
import { SchemaForm } from "../../ui/form/SchemaForm";
import { SchedulePreview } from "./SchedulePreview";

interface ScheduleConfigProps {
  readonly schedule: Typed;
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
  /** Field that holds the schedule: what its problems' fields begin with. */
  readonly within: string;
  readonly steps: number;
  readonly unit: "steps" | "epochs";
  readonly hasType?: boolean;
  readonly onChange: (schedule: Typed, field?: string) => void;
}

export function ScheduleConfig(props: ScheduleConfigProps) {
  const { schedule, catalogue, problems, within, steps, unit, hasType = true, onChange } = props;
  const described = catalogue.schedules.find((one) => one.type === schedule.type);
  const config = schedule.config ?? {};
  const own = problems
    .filter((problem) => problem.field?.startsWith(within))
    .map((problem) => ({
      ...problem,
      field: problem.field?.slice(within.length).replace(/^\.?(config\.)?/, ""),
    }));
  const set = (name: string, value: Json | undefined) => {
    const { [name]: _removed, ...rest } = config;
    onChange({ type: schedule.type, config: value === undefined ? rest : { ...rest, [name]: value } }, name);
  };
  return (
    <Stack gap="xs" mb={hasType ? "xs" : 0}>
      {hasType && (
        <NativeSelect
          size="xs"
          label={t("fit.schedule")}
          name="schedule"
          value={schedule.type}
          data={scheduleTypes(catalogue, schedule.type)}
          onChange={(event) => onChange({ type: event.currentTarget.value, config: kept(schedule) })}
        />
      )}
      <SchedulePreview schedule={schedule} steps={steps} unit={unit} />
      {described !== undefined && (
        <SchemaForm schema={described.schema} config={config} problems={own} onChange={set} />
      )}
    </Stack>
  );
}

export function scheduleTypes(catalogue: Catalogue, current: string): string[] {
  const known = catalogue.schedules.map(({ type }) => type);
  return known.includes(current) || current === "" ? known : [...known, current];
}

/** What every schedule has stays when another is chosen. */
export function kept(schedule: Typed): NonNullable<Typed["config"]> {
  const { initial_learning_rate: rate } = schedule.config ?? {};
  return typeof rate === "number" ? { initial_learning_rate: rate } : {};
}
