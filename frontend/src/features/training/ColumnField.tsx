/** Which column of the data set an Input or Output takes; several columns become its features. */

import { Checkbox, NativeSelect, ScrollArea, Stack } from "@mantine/core";
import { columnsOf, fitsAnyModel } from "../../document/proposals";
import type { ColumnBinding } from "../../document/types";
import { t } from "../../i18n";
import type { Column, Dataset } from "../../schema";

const SEVERAL = "\u0000several";

interface ColumnFieldProps {
  readonly id: string;
  readonly label: string;
  readonly dataset: Dataset | undefined;
  readonly binding: ColumnBinding | undefined;
  readonly error: string | undefined;
  readonly onChange: (binding: ColumnBinding | undefined) => void;
}

export function ColumnField({ id, label, dataset, binding, error, onChange }: ColumnFieldProps) {
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
  const isSeveral = binding !== undefined && typeof binding !== "string";
  const columns = dataset?.columns ?? [];
  const unknown = isSeveral ? [] : bound.filter((name) => !columns.some((column) => column.name === name));
  const scalars = columns.filter((column) => column.shape.length === 0 && column.kind !== "text");
  return (
    <Stack gap={4}>
      <NativeSelect
        size="xs"
        label={label}
        name={id}
        error={error}
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
          if (value === SEVERAL) onChange(bound);
          else onChange(value === "" ? undefined : value);
        }}
      />
      {isSeveral && (
        <ScrollArea.Autosize mah={150} type="auto" offsetScrollbars>
          <Stack gap={4} role="group" aria-label={label}>
            {scalars.map((column) => (
              <Checkbox
                key={column.name}
                size="xs"
                label={column.name}
                checked={bound.includes(column.name)}
                onChange={(event) =>
                  onChange(
                    scalars
                      .map(({ name }) => name)
                      .filter((name) =>
                        name === column.name ? event.currentTarget.checked : bound.includes(name),
                      ),
                  )
                }
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      )}
    </Stack>
  );
}

function describe(column: Column): string {
  if (column.shape.length > 0) return `${column.name} (${column.shape.join(", ")})`;
  if (column.classes !== null && column.classes.length > 0)
    return `${column.name} (${column.classes.length} classes)`;
  return column.name;
}
