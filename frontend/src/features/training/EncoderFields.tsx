/** How a column's values become numbers: the encoder, its config, and what stands in for a missing value. */

import { Collapse, NativeSelect, Stack, Text, UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";

import type { Typed } from "../../document/types";
import { t, translated } from "../../i18n";
import type { EncoderDescription, Json, JsonObject, Problem } from "../../schema";
import { SchemaForm } from "../../ui/form/SchemaForm";
import { withCode } from "../../ui/ProblemText";
import { MissingField } from "./MissingField";

interface EncoderFieldsProps {
  readonly id: string;
  /** Those that can read the columns. */
  readonly encoders: readonly EncoderDescription[];
  readonly all: readonly EncoderDescription[];
  readonly encoder: Typed | null;
  /** Rows without a value in the columns. */
  readonly missing: number;
  readonly steps: number | null;
  readonly problems: readonly Problem[];
  /** Of the binding in the document. */
  readonly path: string;
  readonly onChange: (encoder: Typed | null, field?: string) => void;
}

export function EncoderFields(props: EncoderFieldsProps) {
  const { id, encoders, all, encoder, missing, steps, problems, path, onChange } = props;
  const [isOpen, setOpen] = useState(false);
  const described = all.find(({ type }) => type === encoder?.type);
  const offered =
    encoder === null || encoders.some(({ type }) => type === encoder.type)
      ? encoders
      : [...encoders, { type: encoder.type }];
  const fields = described?.schema.properties ?? {};
  const hasFields = Object.keys(fields).length > 0;
  const config = encoder?.config ?? {};
  const set = (name: string, value: Json | undefined) => {
    if (encoder === null) return;
    const { [name]: _before, ...rest } = config;
    onChange(
      typed(encoder.type, value === undefined ? rest : { ...rest, [name]: value }),
      `encoder.config.${name}`,
    );
  };
  return (
    <div className="encoder" data-encoder-of={id}>
      <div className="encoder-line">
        <NativeSelect
          size="xs"
          flex={1}
          aria-label={t("training.encoderOf", { id })}
          name={`${id}.encoder`}
          value={encoder?.type ?? ""}
          data={[
            { value: "", label: t("training.noEncoder") },
            ...offered.map(({ type }) => ({ value: type, label: translated(`encoder.${type}`, type) })),
          ]}
          onChange={(event) => {
            const type = event.currentTarget.value;
            const chosen = all.find((each) => each.type === type);
            onChange(type === "" ? null : typed(type, requiredOf(chosen, config, steps)));
            setOpen(chosen !== undefined && (chosen.schema.required ?? []).length > 0);
          }}
        />
        {hasFields && (
          <UnstyledButton
            className="more-button"
            aria-expanded={isOpen}
            aria-label={t("training.encoderSettings", { id })}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
            {t("training.encoderMore")}
          </UnstyledButton>
        )}
      </div>
      {encoder === null && missing > 0 && (
        <Text size="xs" c="var(--ll-warning)" mt={4}>
          {t("training.missingRows", { count: missing })}
        </Text>
      )}
      {described !== undefined && hasFields && (
        <Collapse expanded={isOpen}>
          {isOpen && (
            <Stack gap="xs" mt={6}>
              <Text size="xs" c="dimmed">
                {withCode(described.summary)}
              </Text>
              {"missing" in fields && (
                <MissingField
                  schema={fields.missing!}
                  value={config.missing ?? null}
                  error={problemAt(problems, path, "missing")}
                  onChange={(value) => set("missing", value ?? undefined)}
                />
              )}
              <SchemaForm
                schema={described.schema}
                config={config}
                hidden={["missing"]}
                problems={problems.map((problem) => ({
                  ...problem,
                  field: problem.field?.replace(`${path}.encoder.config.`, ""),
                }))}
                onChange={set}
              />
            </Stack>
          )}
        </Collapse>
      )}
    </div>
  );
}

function typed(type: string, config: JsonObject): Typed {
  return Object.keys(config).length > 0 ? { type, config } : { type };
}

/** What the encoder can't do without, taken over from the one before or filled in; and what both know. */
function requiredOf(
  described: EncoderDescription | undefined,
  before: JsonObject,
  steps: number | null,
): JsonObject {
  const fields = described?.schema.properties ?? {};
  const kept: JsonObject = "missing" in fields && "missing" in before ? { missing: before.missing! } : {};
  const required = (described?.schema.required ?? []).map((name): [string, Json] => [
    name,
    name === "length" ? (steps ?? 10) : (fields[name]?.minimum ?? 1),
  ]);
  return { ...kept, ...Object.fromEntries(required) };
}

function problemAt(problems: readonly Problem[], path: string, name: string): string | undefined {
  return problems.find(({ field }) => field === `${path}.encoder.config.${name}`)?.message;
}
