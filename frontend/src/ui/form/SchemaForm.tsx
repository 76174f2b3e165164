/** A form made from a config's JSON Schema: one control for each field, its default shown, its problem beneath. */

import { NativeSelect, NumberInput, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

import { t, translated } from "../../i18n";
import type { ConfigSchema, Json, JsonObject, Problem } from "../../schema";
import { withCode } from "../ProblemText";
import { canShow, type FieldSpec, fieldsOf, readJson, readSizes, showJson, showSizes } from "./fields";

export interface SchemaFormProps {
  readonly schema: ConfigSchema;
  readonly config: JsonObject;
  readonly problems?: readonly Problem[];
  readonly hidden?: readonly string[];
  /** What a field may be, where the schema says only that it is a text. */
  readonly choices?: { readonly [field: string]: readonly string[] };
  readonly disabled?: boolean;
  /** `undefined` takes the field back to its default. */
  readonly onChange: (name: string, value: Json | undefined) => void;
}

export function SchemaForm({
  schema,
  config,
  problems = [],
  hidden = [],
  choices = {},
  disabled = false,
  onChange,
}: SchemaFormProps) {
  return (
    <Stack gap="xs">
      {fieldsOf(schema)
        .filter((field) => !hidden.includes(field.name))
        .map((field) => {
          const known = choices[field.name];
          return known === undefined ? field : { ...field, kind: "choice" as const, choices: known };
        })
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
  if (!canShow(props.field.kind, props.value)) return <JsonField {...props} />;
  switch (props.field.kind) {
    case "flag":
      return <FlagField {...props} />;
    case "choice":
      return <ChoiceField {...props} />;
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
          placeholder={props.field.isNullable ? "–" : "8, 8"}
          unreadable={t("form.notSizes")}
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
          unreadable=""
        />
      );
  }
}

function common({ field, label, error, disabled }: FieldProps) {
  return {
    label,
    name: field.name,
    description: field.description ? withCode(field.description) : undefined,
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
      description={field.description ? withCode(field.description) : undefined}
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
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        onChange(chosen === "" ? null : (field.values[field.choices.indexOf(chosen)] ?? chosen));
      }}
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
  /** Said where the text can't be read. */
  readonly unreadable: string;
}

/** A text whose value counts as soon as it can be read; what can't be read stays on the screen, marked. */
function DraftField({ show, read, placeholder, unreadable, ...props }: DraftProps) {
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
      error={unread ? (props.error ?? unreadable) : props.error}
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

/** Anything nested, as JSON text: an initializer with a config, a regularizer, a list of numbers, a literal. */
function JsonField(props: FieldProps) {
  const { field, value, error, onChange } = props;
  const stored = showJson(value);
  const [draft, setDraft] = useState(stored);
  const [isFocused, setFocused] = useState(false);
  useEffect(() => {
    if (!isFocused) setDraft(stored);
  }, [stored, isFocused]);
  const unread = draft !== stored && readJson(draft) === undefined;
  return (
    <Textarea
      {...common(props)}
      autosize
      minRows={1}
      maxRows={6}
      placeholder="–"
      error={unread ? (error ?? t("form.notJson")) : error}
      value={draft}
      styles={{ input: { fontFamily: "var(--ll-mono)" } }}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setDraft(text);
        const next = readJson(text);
        if (next === null && !field.isNullable && !field.isRequired) onChange(undefined);
        else if (next !== undefined) onChange(next);
      }}
    />
  );
}

function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
