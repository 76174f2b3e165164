/** What stands in for a missing value: nothing (it is a problem), what is found in the training rows, or a number. */

import { NativeSelect, NumberInput } from "@mantine/core";

import { t, translated } from "../../i18n";
import type { Json, PropertySchema } from "../../schema";

const NUMBER = "number";

interface MissingFieldProps {
  readonly schema: PropertySchema;
  readonly value: Json;
  readonly error: string | undefined;
  /** null: missing values are a problem. */
  readonly onChange: (value: Json) => void;
}

export function MissingField({ schema, value, error, onChange }: MissingFieldProps) {
  const options = schema.anyOf ?? [schema];
  const words = options.flatMap(({ enum: all, const: one }) => all ?? (one === undefined ? [] : [one]));
  const takesNumber = options.some(({ type }) => type === "number" || type === "integer");
  const isNumber = typeof value === "number";
  return (
    <div className={isNumber ? "field-pair" : undefined}>
      <NativeSelect
        size="xs"
        label={t("training.missingValues")}
        name="missing"
        error={error}
        value={isNumber ? NUMBER : String(value ?? "")}
        data={[
          { value: "", label: t("missing.problem") },
          ...words.map((word) => ({
            value: String(word),
            label: translated(`missing.${word}`, String(word)),
          })),
          ...(takesNumber ? [{ value: NUMBER, label: t("missing.number") }] : []),
        ]}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange(chosen === "" ? null : chosen === NUMBER ? 0 : chosen);
        }}
      />
      {isNumber && (
        <NumberInput
          size="xs"
          label={t("missing.value")}
          name="missing_number"
          value={value}
          allowDecimal={options.some(({ type }) => type === "number")}
          decimalScale={10}
          onChange={(next) => {
            if (typeof next === "number") onChange(next);
          }}
        />
      )}
    </div>
  );
}
