/** A form made from a config's JSON Schema: one control for each field, its default shown, its problem beneath. */

import { NativeSelect, NumberInput, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

import { translated } from "../../i18n";
import type { ConfigSchema, Json, JsonObject, Problem } from "../../schema";
import { type FieldSpec, fieldsOf, readSizes, showSizes } from "./fields";

export interface SchemaFormProps {
  readonly schema: ConfigSchema;
  readonly config: JsonObject;
  readonly problems?: readonly Problem[];
  readonly hidden?: readonly string[];
  readonly disabled?: boolean;
  /** `undefined` takes the field back to its default. */
  readonly onChange: (name: string, value: Json | undefined) => void;
}

export function SchemaForm({
  schema,
  config,
  problems = [],
  hidden = [],
  disabled = false,
  onChange,
}: SchemaFormProps) {
  return (
    <Stack gap="xs">
      {fieldsOf(schema)
        .filter((field) => !hidden.includes(field.name))
        .map((field) => (
          <SchemaField
            key={field.name}
            field={field}
            label={translated(`field.${field.name}`, field.label)}
            value={field.name in config ? config[field.name] : field.fallback}
            error={problems.find((problem) => problem.field?.split(".")[0] === field.name)?.message}
            disabled={disabled}
            onChange={(value) => onChange(field.name, sameJson(value, field.fallback) ? undefined : value)}
          />
        ))}
    </Stack>
  );
}

interface FieldProps {
  readonly field: FieldSpec;
  readonly label: string;
  readonly value: Json | undefined;
  readonly error: string | undefined;
  readonly disabled: boolean;
  readonly onChange: (value: Json | undefined) => void;
}

function SchemaField(props: FieldProps) {
  switch (props.field.kind) {
    case "flag":
      return <FlagField {...props} />;
    case "choice":
      return typeof props.value === "object" && props.value !== null ? (
        <JsonField {...props} />
      ) : (
        <ChoiceField {...props} />
      );
    case "integer":
    case "number":
      return <NumberField {...props} />;
    case "sizes":
      return (
        <DraftField
          {...props}
          show={showSizes}
          read={(text) =>
            text.trim() === ""
              ? null
              : readSizes(text, Array.isArray(props.field.fallback) || props.field.isRequired)
          }
          placeholder="8, 8"
        />
      );
    case "json":
      return <JsonField {...props} />;
    case "text":
      return (
        <DraftField
          {...props}
          show={(value) => (typeof value === "string" ? value : "")}
          read={(text) => text}
          placeholder=""
        />
      );
  }
}

function common({ field, label, error, disabled }: FieldProps) {
  return {
    label,
    name: field.name,
    description: field.description || undefined,
    error,
    disabled,
    "aria-required": field.isRequired || undefined,
    size: "xs" as const,
    inputWrapperOrder: ["label", "input", "description", "error"] as (
      | "label"
      | "input"
      | "description"
      | "error"
    )[],
  };
}

function FlagField({ field, label, value, error, disabled, onChange }: FieldProps) {
  return (
    <Switch
      size="xs"
      name={field.name}
      label={label}
      description={field.description || undefined}
      error={error}
      disabled={disabled}
      checked={value === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

function ChoiceField(props: FieldProps) {
  const { field, value, onChange } = props;
  const current = value === undefined || value === null ? null : String(value);
  const choices =
    current !== null && !field.choices.includes(current) ? [...field.choices, current] : field.choices;
  const empty = field.isNullable || current === null ? [{ value: "", label: "–" }] : [];
  return (
    <NativeSelect
      {...common(props)}
      data={[...empty, ...choices.map((choice) => ({ value: choice, label: choice }))]}
      value={current ?? ""}
      onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value)}
    />
  );
}

function NumberField(props: FieldProps) {
  const { field, value, onChange } = props;
  const stored = typeof value === "number" ? value : "";
  const [draft, setDraft] = useState<number | string>(stored);
  useEffect(() => setDraft(stored), [stored]);
  return (
    <NumberInput
      {...common(props)}
      value={draft}
      allowDecimal={field.kind === "number"}
      decimalScale={12}
      hideControls={field.kind === "number"}
      onChange={(next) => {
        setDraft(next);
        if (typeof next === "number" && Number.isFinite(next)) onChange(next);
        else if (next === "" && field.isNullable) onChange(null);
      }}
      onBlur={() => setDraft(stored)}
    />
  );
}

interface DraftProps extends FieldProps {
  readonly show: (value: Json | undefined) => string;
  /** undefined: the text can't be read, and stays a draft. */
  readonly read: (text: string) => Json | undefined;
  readonly placeholder: string;
}

/** A text whose value counts as soon as it can be read; what can't be read stays on the screen, marked. */
function DraftField({ show, read, placeholder, ...props }: DraftProps) {
  const stored = show(props.value);
  const [draft, setDraft] = useState(stored);
  const [isFocused, setFocused] = useState(false);
  useEffect(() => {
    if (!isFocused) setDraft(stored);
  }, [stored, isFocused]);
  const unread = draft !== stored && read(draft) === undefined;
  return (
    <TextInput
      {...common(props)}
      error={unread ? (props.error ?? true) : props.error}
      placeholder={placeholder}
      value={draft}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setDraft(text);
        const value = read(text);
        if (value === undefined) return;
        if (value === null && !props.field.isNullable && !props.field.isRequired) props.onChange(undefined);
        else if (value !== null || props.field.isNullable) props.onChange(value);
      }}
    />
  );
}

/** Anything nested, as JSON text: an initializer with a config, a regularizer. */
function JsonField(props: FieldProps) {
  const stored = props.value === null || props.value === undefined ? "" : JSON.stringify(props.value);
  const [draft, setDraft] = useState(stored);
  useEffect(() => setDraft(stored), [stored]);
  const parsed = parseJson(draft);
  return (
    <Textarea
      {...common(props)}
      autosize
      minRows={1}
      maxRows={6}
      placeholder="–"
      error={parsed === undefined ? (props.error ?? true) : props.error}
      value={draft}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setDraft(text);
        const value = parseJson(text);
        if (value !== undefined) props.onChange(value);
      }}
    />
  );
}

/** Empty text is null; a bare word is a string, so that a person may write `he_normal`. */
function parseJson(text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(trimmed) && !["true", "false", "null"].includes(trimmed))
    return trimmed;
  try {
    return JSON.parse(trimmed) as Json;
  } catch {
    return undefined;
  }
}

function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
