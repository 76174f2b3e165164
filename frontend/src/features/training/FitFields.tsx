/** Arguments of `fit`: the everyday ones in sight, the rest in groups that are folded until they are wanted. */

import { NativeSelect, NumberInput, Stack, Switch, Text } from "@mantine/core";

import type { Device, Fit, Precision } from "../../document/types";
import { type MessageKey, t } from "../../i18n";
import type { Problem } from "../../schema";
import { Fold } from "../../ui/Fold";
import { duration } from "../../ui/numbers";

type SetFit = <Name extends keyof Fit>(name: Name, value: Fit[Name]) => void;

interface FitFieldsProps {
  readonly fit: Fit | undefined;
  readonly problems: readonly Problem[];
  /** Rows are split by the data set's own rule: then there is no validation split to choose. */
  readonly hasSplit: boolean;
  readonly onChange: SetFit;
}

const DEVICES: readonly Device[] = ["auto", "cpu", "cuda", "mps"];
const PRECISIONS: readonly Precision[] = ["float32", "mixed_bfloat16"];

export function FitFields({ fit, problems, hasSplit, onChange }: FitFieldsProps) {
  const problemOf = (field: string) =>
    problems.find((problem) => problem.field === `training.fit.${field}`)?.message;
  const number = (name: NumberName, label: MessageKey, fallback: number | "", bounds: Bounds = {}) => (
    <NumberInput
      size="xs"
      label={t(label)}
      name={name}
      min={bounds.min ?? 1}
      max={bounds.max ?? 1_000_000}
      step={bounds.step ?? 1}
      allowDecimal={bounds.isDecimal ?? false}
      decimalScale={4}
      placeholder={bounds.placeholder}
      description={bounds.description}
      inputWrapperOrder={["label", "input", "description", "error"]}
      error={problemOf(name)}
      value={fit?.[name] ?? fallback}
      onChange={(value) => {
        if (value === "" && fallback === "") onChange(name, undefined);
        else if (
          typeof value === "number" &&
          value >= (bounds.min ?? 1) &&
          value <= (bounds.max ?? 1_000_000)
        )
          onChange(name, value);
      }}
    />
  );
  const device = fit?.device ?? "auto";
  const precision = fit?.precision ?? "float32";
  const limits = [
    fit?.time_limit_seconds ? duration(fit.time_limit_seconds) : "",
    fit?.initial_epoch ? t("fit.fromEpoch", { epoch: fit.initial_epoch }) : "",
    fit?.watch_every ? t("fit.watched", { steps: fit.watch_every }) : "",
  ].filter((text) => text !== "");
  return (
    <Stack gap={8}>
      <div className="field-pair">
        {number("epochs", "training.epochs", 10)}
        {number("batch_size", "training.batchSize", 32)}
        {!hasSplit &&
          number("validation_split", "training.validationSplit", 0, {
            min: 0,
            max: 0.95,
            step: 0.05,
            isDecimal: true,
          })}
        {number("seed", "training.seed", "", {
          min: 0,
          max: 4_294_967_295,
          placeholder: t("training.seedDrawn"),
        })}
      </div>
      <Text size="xs" c="dimmed">
        {t("fit.seedHint")}
      </Text>
      <Switch
        size="xs"
        label={t("training.shuffle")}
        name="shuffle"
        checked={fit?.shuffle ?? true}
        onChange={(event) => onChange("shuffle", event.currentTarget.checked)}
      />
      <Fold
        title={t("fit.hardware")}
        summary={`${t(`fit.device.${device}`)} · ${t(`fit.precision.${precision}`)}`}
        opensFor={problemOf("device") !== undefined || problemOf("precision") !== undefined}
      >
        <div className="field-pair">
          <NativeSelect
            size="xs"
            label={t("fit.device")}
            name="device"
            error={problemOf("device")}
            value={device}
            data={DEVICES.map((one) => ({ value: one, label: t(`fit.device.${one}`) }))}
            onChange={(event) => {
              const chosen = event.currentTarget.value as Device;
              onChange("device", chosen === "auto" ? undefined : chosen);
            }}
          />
          <NativeSelect
            size="xs"
            label={t("fit.precision")}
            name="precision"
            error={problemOf("precision")}
            value={precision}
            data={PRECISIONS.map((one) => ({ value: one, label: t(`fit.precision.${one}`) }))}
            onChange={(event) => {
              const chosen = event.currentTarget.value as Precision;
              onChange("precision", chosen === "float32" ? undefined : chosen);
            }}
          />
        </div>
        <Text size="xs" c="dimmed">
          {t("fit.accumulationHint")}
        </Text>
      </Fold>
      <Fold
        title={t("fit.limits")}
        summary={limits.join(" · ") || t("fit.none")}
        opensFor={["time_limit_seconds", "initial_epoch", "watch_every"].some(
          (field) => problemOf(field) !== undefined,
        )}
      >
        <div className="field-pair">
          {number("time_limit_seconds", "fit.timeLimit", "", {
            min: 0.1,
            max: 31_536_000,
            step: 60,
            isDecimal: true,
            placeholder: t("fit.noLimit"),
          })}
          {number("initial_epoch", "fit.initialEpoch", 0, { min: 0 })}
        </div>
        {number("watch_every", "fit.watchEvery", "", {
          placeholder: t("fit.watchOff"),
          description: t("fit.watchHint"),
        })}
      </Fold>
    </Stack>
  );
}

type NumberName =
  | "epochs"
  | "batch_size"
  | "validation_split"
  | "seed"
  | "time_limit_seconds"
  | "initial_epoch"
  | "watch_every";

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly isDecimal?: boolean;
  readonly placeholder?: string;
  readonly description?: string;
}
