/** Which columns of the data set an Input or Output takes, and how their values become numbers. */

import { Checkbox, Group, NativeSelect, ScrollArea, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { columnsOf, fitsAnyModel } from "../../document/proposals";
import type { ColumnBinding, Typed } from "../../document/types";
import { t } from "../../i18n";
import type { Column, Dataset, EncoderDescription, Problem } from "../../schema";
import { withCode } from "../../ui/ProblemText";
import { EncoderFields } from "./EncoderFields";

const SEVERAL = "\u0000several";
const SCALING: ReadonlySet<string> = new Set(["standardize", "min-max"]);
const ROLES = { inputs: "input", targets: "target" } as const;
/** So many check boxes are found without a search. */
const MANY = 12;

export interface ColumnFieldProps {
  readonly id: string;
  readonly label: string;
  readonly side: "inputs" | "targets";
  readonly dataset: Dataset | undefined;
  readonly binding: ColumnBinding | undefined;
  readonly encoders: readonly EncoderDescription[];
  /** Steps of the Input, where it takes a sequence: what a window begins with. */
  readonly steps?: number | null;
  readonly problems: readonly Problem[];
  /** `field` names what is being typed into. */
  readonly onChange: (binding: ColumnBinding | undefined, field?: string) => void;
}

export function ColumnField(props: ColumnFieldProps) {
  const { id, label, side, dataset, binding, problems, onChange } = props;
  const path = `training.data.${side}.${id}`;
  const own = problems.filter(
    ({ field, node }) =>
      field === path || field?.startsWith(`${path}.`) || (node === id && field === undefined),
  );
  const [first] = own;
  if (dataset !== undefined && fitsAnyModel(dataset)) {
    return (
      <NativeSelect
        size="xs"
        label={label}
        name={id}
        disabled
        data={[{ value: id, label: t("training.generatedColumn") }]}
      />
    );
  }
  const bound = binding === undefined ? [] : columnsOf(binding);
  const encoder = encoderOf(binding);
  const isSeveral = binding !== undefined && typeof namesIn(binding) !== "string";
  const columns = dataset?.columns ?? [];
  const known = bound.flatMap((name) => columns.filter((column) => column.name === name));
  const unknown = isSeveral ? [] : bound.filter((name) => !columns.some((column) => column.name === name));
  const scalars = columns.filter((column) => column.shape.length === 0 && !isMedia(column));
  const bind = (names: string | readonly string[]) =>
    onChange(bindingOf(names, fitting(props.encoders, encoder, names, columns)));
  return (
    <Stack gap={4} data-binding={id}>
      <NativeSelect
        size="xs"
        label={label}
        name={id}
        error={
          first && (
            <>
              {withCode(first.message)} {withCode(first.hint ?? "")}
            </>
          )
        }
        disabled={dataset === undefined}
        data-column-for={id}
        value={isSeveral ? SEVERAL : (bound[0] ?? "")}
        data={[
          { value: "", label: t("training.noColumn") },
          ...columns.map((column) => ({ value: column.name, label: describe(column) })),
          ...unknown.map((name) => ({ value: name, label: t("training.missingColumn", { name }) })),
          ...(scalars.length > 1 ? [{ value: SEVERAL, label: t("training.severalColumns") }] : []),
        ]}
        onChange={(event) => {
          const value = event.currentTarget.value;
          if (value === SEVERAL) bind(bound);
          else if (value === "") onChange(undefined);
          else bind(value);
        }}
      />
      {isSeveral && <SeveralColumns label={label} columns={scalars} bound={bound} onChange={bind} />}
      {known.length > 0 && (
        <EncoderFields
          id={id}
          encoders={props.encoders.filter(
            (each) => each.roles.includes(ROLES[side]) && canRead(each, known, isSeveral),
          )}
          all={props.encoders}
          encoder={encoder}
          missing={known.reduce((sum, column) => sum + column.missing, 0)}
          steps={props.steps ?? null}
          problems={own}
          path={path}
          onChange={(next, field) => onChange(bindingOf(namesIn(binding ?? bound), next), field)}
        />
      )}
    </Stack>
  );
}

interface SeveralColumnsProps {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly bound: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}

function SeveralColumns({ label, columns, bound, onChange }: SeveralColumnsProps) {
  const [search, setSearch] = useState("");
  const found = columns.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
  /** In the order of the data set. */
  const choose = (isBound: (name: string) => boolean) =>
    onChange(columns.map(({ name }) => name).filter(isBound));
  const shown = new Set(found.map(({ name }) => name));
  return (
    <div className="several-columns" role="group" aria-label={label}>
      {columns.length > MANY && (
        <TextInput
          size="xs"
          type="search"
          mb={6}
          aria-label={t("training.searchColumns")}
          placeholder={t("training.searchColumns")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <ScrollArea.Autosize mah={150} type="auto" offsetScrollbars>
        <Stack gap={4}>
          {found.map((column) => (
            <Checkbox
              key={column.name}
              size="xs"
              label={column.name}
              checked={bound.includes(column.name)}
              onChange={(event) => {
                const isChecked = event.currentTarget.checked;
                choose((name) => (name === column.name ? isChecked : bound.includes(name)));
              }}
            />
          ))}
        </Stack>
      </ScrollArea.Autosize>
      <Group gap={12} mt={4}>
        <UnstyledButton
          className="more-button"
          onClick={() => choose((name) => shown.has(name) || bound.includes(name))}
        >
          {t("training.allColumns")}
        </UnstyledButton>
        <UnstyledButton
          className="more-button"
          onClick={() => choose((name) => !shown.has(name) && bound.includes(name))}
        >
          {t("training.noColumns")}
        </UnstyledButton>
      </Group>
    </div>
  );
}

function namesIn(binding: ColumnBinding): string | readonly string[] {
  return typeof binding === "object" && "columns" in binding ? binding.columns : binding;
}

function encoderOf(binding: ColumnBinding | undefined): Typed | null {
  return typeof binding === "object" && "columns" in binding ? (binding.encoder ?? null) : null;
}

function bindingOf(columns: string | readonly string[], encoder: Typed | null): ColumnBinding {
  return encoder === null ? columns : { columns, encoder };
}

const isMedia = ({ kind }: Column) => kind === "text" || kind === "image" || kind === "audio";

/** Whether the encoder can read the columns. Among several columns that are scaled, categories become one-hot. */
function canRead(
  { type, takes }: EncoderDescription,
  columns: readonly Column[],
  isSeveral: boolean,
): boolean {
  const isScaling = isSeveral && SCALING.has(type);
  return columns.every(({ kind }) => takes.includes(kind) || (isScaling && kind === "category"));
}

/** The encoder stays where it can read the columns that are chosen now. */
function fitting(
  encoders: readonly EncoderDescription[],
  encoder: Typed | null,
  names: string | readonly string[],
  columns: readonly Column[],
): Typed | null {
  const described = encoders.find(({ type }) => type === encoder?.type);
  if (encoder === null || described === undefined) return encoder;
  const isSeveral = typeof names !== "string";
  const chosen = columns.filter(({ name }) => (isSeveral ? names.includes(name) : name === names));
  return canRead(described, chosen, isSeveral) ? encoder : null;
}

function describe(column: Column): string {
  if (column.shape.length > 0) return `${column.name} (${column.shape.join(", ")})`;
  if (column.classes !== null && column.classes.length > 0)
    return t("training.columnClasses", { name: column.name, count: column.classes.length });
  return column.name;
}
