/** How one output learns: its column, loss, loss weight and metrics; switched off, it is left out of the training. */

import { Box, Group, MultiSelect, NativeSelect, NumberInput, Stack, Switch, Text } from "@mantine/core";

import type { ColumnBinding, OutputTraining, Typed } from "../../document/types";
import { t } from "../../i18n";
import type { Catalogue, Dataset, Problem } from "../../schema";
import { Fold } from "../../ui/Fold";
import { ClassWeights } from "./ClassWeights";
import { ColumnField } from "./ColumnField";
import { showWeights, type Weights } from "./classWeightText";
import { problemOf as problemIn } from "./parts";
import { SampleWeights } from "./SampleWeights";

interface OutputCardProps {
  readonly id: string;
  readonly label: string | null | undefined;
  readonly color: string;
  readonly shape: string | undefined;
  readonly training: OutputTraining | undefined;
  readonly dataset: Dataset | undefined;
  readonly column: ColumnBinding | undefined;
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
  readonly share: number | null;
  /** Names of the target's classes, where they are known. */
  readonly classes: readonly (string | number)[];
  readonly classWeights: Weights | undefined;
  readonly onSwitch: (isTrained: boolean) => void;
  /** `field` names what is being typed into. */
  readonly onColumn: (binding: ColumnBinding | undefined, field?: string) => void;
  readonly onChange: (patch: Partial<OutputTraining>) => void;
  readonly onClassWeights: (weights: Weights | undefined) => void;
}

export function OutputCard(props: OutputCardProps) {
  const { id, color, shape, training, dataset, column, catalogue, problems, share } = props;
  const isTrained = training !== undefined;
  const problemOf = (field: string) =>
    problems.find((problem) => problem.field?.startsWith(`training.outputs.${id}.${field}`))?.message;
  const rowProblem = problemIn(problems, `training.data.sample_weights.${id}`);
  const loss = nameOf(training?.loss);
  const weightedProblem = problemOf("weighted_metrics");
  const classProblem = problems.find((problem) =>
    problem.field?.startsWith(`training.fit.class_weight.${id}`),
  )?.message;
  return (
    <Box
      className="output-card"
      role="group"
      aria-label={t("training.outputGroup", { id })}
      data-output-training={id}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Group gap={8} wrap="nowrap" miw={0}>
          <Box w={10} h={10} style={{ borderRadius: 3, background: color, flexShrink: 0 }} aria-hidden />
          <Text size="sm" fw={600} truncate title={props.label ?? id}>
            {id}
          </Text>
          {shape !== undefined && (
            <Text size="xs" c="dimmed" truncate>
              {shape}
            </Text>
          )}
        </Group>
        <Switch
          size="xs"
          aria-label={t("training.trainOutput", { id })}
          checked={isTrained}
          onChange={(event) => props.onSwitch(event.currentTarget.checked)}
        />
      </Group>
      {isTrained && (
        <Stack gap={8} mt={8}>
          <ColumnField
            id={id}
            label={t("training.targetColumn", { id })}
            dataset={dataset}
            binding={column}
            side="targets"
            encoders={catalogue.encoders}
            problems={problems}
            onChange={props.onColumn}
          />
          <Group grow gap={8} align="flex-start" preventGrowOverflow={false} wrap="nowrap">
            <NativeSelect
              size="xs"
              style={{ flex: 2 }}
              label={t("training.loss")}
              name={`${id}.loss`}
              error={
                problemOf("loss") !== undefined && problemOf("loss_weight") === undefined
                  ? problemOf("loss")
                  : undefined
              }
              value={loss ?? ""}
              data={[
                { value: "", label: t("training.noLoss") },
                ...catalogue.losses.map(({ type }) => ({ value: type, label: type })),
                ...(loss !== null && !catalogue.losses.some(({ type }) => type === loss)
                  ? [{ value: loss, label: loss }]
                  : []),
              ]}
              onChange={(event) => props.onChange({ loss: event.currentTarget.value || null })}
            />
            <NumberInput
              size="xs"
              style={{ flex: 1 }}
              label={t("training.lossWeight")}
              name={`${id}.loss_weight`}
              error={problemOf("loss_weight")}
              min={0}
              step={0.1}
              decimalScale={6}
              value={training.loss_weight ?? 1}
              onChange={(value) => {
                if (typeof value === "number") props.onChange({ loss_weight: value });
              }}
            />
          </Group>
          <MetricsField
            label={t("training.metrics")}
            name={`${id}.metrics`}
            error={problemOf("metrics")}
            metrics={training.metrics}
            catalogue={catalogue}
            onChange={(metrics) => props.onChange({ metrics })}
          />
          <Fold
            title={t("fit.weighting")}
            summary={weightingOf(training, props.classWeights)}
            opensFor={weightedProblem !== undefined || classProblem !== undefined || rowProblem !== undefined}
          >
            <MetricsField
              label={t("fit.weightedMetrics")}
              name={`${id}.weighted_metrics`}
              error={weightedProblem}
              metrics={training.weighted_metrics}
              catalogue={catalogue}
              onChange={(metrics) =>
                props.onChange({ weighted_metrics: metrics.length === 0 ? undefined : metrics })
              }
            />
            <SampleWeights output={id} dataset={dataset} problems={problems} />
            <ClassWeights
              output={id}
              classes={props.classes}
              weights={props.classWeights}
              error={classProblem}
              onChange={props.onClassWeights}
            />
          </Fold>
          {share !== null && (
            <Text size="xs" c="dimmed">
              {t("training.share", { percent: Math.round(share * 100) })}
            </Text>
          )}
        </Stack>
      )}
    </Box>
  );
}

interface MetricsFieldProps {
  readonly label: string;
  readonly name: string;
  readonly error: string | undefined;
  readonly metrics: OutputTraining["metrics"];
  readonly catalogue: Catalogue;
  readonly onChange: (metrics: NonNullable<OutputTraining["metrics"]>) => void;
}

function MetricsField({ label, name, error, metrics = [], catalogue, onChange }: MetricsFieldProps) {
  const names = metrics.map((one) => nameOf(one) ?? "");
  return (
    <MultiSelect
      size="xs"
      label={label}
      name={name}
      error={error}
      placeholder={names.length === 0 ? t("training.noMetrics") : undefined}
      data={[...new Set([...catalogue.metrics.map(({ type }) => type), ...names])]}
      value={names}
      searchable
      hidePickedOptions
      comboboxProps={{ withinPortal: true }}
      // A metric with a config stays as it is while others come and go.
      onChange={(chosen) => onChange(chosen.map((one) => metrics[names.indexOf(one)] ?? one))}
    />
  );
}

function weightingOf(training: OutputTraining, weights: Weights | undefined): string {
  const metrics = (training.weighted_metrics ?? []).map((one) => nameOf(one) ?? "");
  return [...metrics, ...(weights === undefined ? [] : [showWeights(weights)])].join(" · ") || t("fit.none");
}

function nameOf(part: string | Typed | null | undefined): string | null {
  if (part === null || part === undefined) return null;
  return typeof part === "string" ? part : part.type;
}
