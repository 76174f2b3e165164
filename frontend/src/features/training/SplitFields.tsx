/** How the rows are divided into those that train, validate and test. */

import { NativeSelect, NumberInput, Stack, Text } from "@mantine/core";

import { setSplit } from "../../document/commands";
import type { Split } from "../../document/types";
import { type MessageKey, t } from "../../i18n";
import type { Column, Dataset, Problem } from "../../schema";
import { useDocument } from "../../stores/documentStore";
import { problemOf } from "./parts";
import { SplitBar } from "./SplitBar";

type By = NonNullable<Split["by"]>;

const WAYS: readonly By[] = ["order", "random", "stratified", "column", "time"];

interface SplitFieldsProps {
  readonly split: Split | null;
  readonly dataset: Dataset;
  readonly problems: readonly Problem[];
}

export function SplitFields({ split, dataset, problems }: SplitFieldsProps) {
  const run = useDocument((state) => state.run);
  const by = split?.by ?? "order";
  const change = (patch: Partial<Split>, field: string) =>
    run(setSplit({ split: { ...split, ...patch }, field }));
  const columns = split === null ? [] : dataset.columns.filter((column) => suits(column, by));
  return (
    <Stack gap={6} data-split={split === null ? "" : by}>
      <NativeSelect
        size="xs"
        label={t("split.by")}
        name="split"
        error={problemOf(problems, "training.data.split")}
        value={split === null ? "" : by}
        data={[
          { value: "", label: t("split.none") },
          ...WAYS.map((way) => ({ value: way, label: t(`split.by.${way}`) })),
        ]}
        onChange={(event) => {
          const way = event.currentTarget.value as By | "";
          run(setSplit({ split: way === "" ? null : splitBy(way, split, dataset) }));
        }}
      />
      {split !== null && (
        <Text size="xs" c="dimmed">
          {t(`split.about.${by}` as MessageKey)}
        </Text>
      )}
      {split !== null && (by === "stratified" || by === "column" || by === "time") && (
        <NativeSelect
          size="xs"
          label={t("split.column")}
          name="split.column"
          value={split.column ?? ""}
          data={[
            { value: "", label: t(by === "stratified" ? "split.firstTarget" : "training.noColumn") },
            ...columns.map(({ name }) => name),
            ...(split.column && !columns.some(({ name }) => name === split.column) ? [split.column] : []),
          ]}
          onChange={(event) => change({ column: event.currentTarget.value || null }, "column")}
        />
      )}
      {split !== null && by !== "column" && (
        <SplitBar
          validation={split.validation ?? 0.2}
          test={split.test ?? 0.1}
          rows={dataset.rows}
          onChange={(shares) => change(shares, "shares")}
        />
      )}
      {split !== null && (by === "random" || by === "stratified") && (
        <NumberInput
          size="xs"
          label={t("split.seed")}
          name="split.seed"
          min={0}
          max={4_294_967_295}
          allowDecimal={false}
          value={split.seed ?? 0}
          onChange={(value) => {
            if (typeof value === "number") change({ seed: value }, "seed");
          }}
        />
      )}
    </Stack>
  );
}

/** Another way to divide: the shares and the seed stay, a column where it suits. */
function splitBy(by: By, before: Split | null, dataset: Dataset): Split {
  const shares = { validation: before?.validation ?? 0.2, test: before?.test ?? 0.1 };
  if (by === "order") return { by, ...shares };
  if (by === "random") return { by, ...shares, seed: before?.seed ?? 0 };
  const suited = dataset.columns.filter((column) => suits(column, by)).map(({ name }) => name);
  const kept = before?.column && suited.includes(before.column) ? before.column : null;
  if (by === "stratified") return { by, ...shares, seed: before?.seed ?? 0, column: kept };
  const named = suited.find((name) =>
    (by === "column" ? /split|part|set|fold/i : /time|date|day/i).test(name),
  );
  const column = kept ?? named ?? suited[0] ?? null;
  return by === "column" ? { by, column } : { by, ...shares, column };
}

function suits({ kind, shape }: Column, by: By): boolean {
  if (shape.length > 0) return false;
  if (by === "time") return kind === "time" || kind === "number" || kind === "integer";
  return kind === "category" || kind === "integer" || (by === "column" && kind === "text");
}
