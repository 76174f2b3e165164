/** A control for each value of a sample: a number, a word, one of the classes, a drawing, a file, or JSON. */

import {
  Button,
  FileButton,
  Group,
  NativeSelect,
  NumberInput,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useEffect, useState } from "react";

import { t } from "../../i18n";
import type { Json } from "../../schema";
import { readJson, showJson } from "../../ui/form/fields";
import { DrawGrid } from "./DrawGrid";
import classes from "./learned.module.css";
import type { Sample, SampleField, SampleForm } from "./sample";
import { base64 } from "./useRow";

interface SampleFieldsProps {
  readonly form: SampleForm;
  readonly sample: Sample;
  readonly onChange: (name: string, value: Json) => void;
}

export function SampleFields({ form, sample, onChange }: SampleFieldsProps) {
  return (
    <div className={classes.fields}>
      {form.fields.map((field) => (
        <SampleControl
          key={field.name}
          field={field}
          value={sample[field.name]}
          onChange={(value) => onChange(field.name, value)}
        />
      ))}
    </div>
  );
}

interface ControlProps {
  readonly field: SampleField;
  readonly value: Json | undefined;
  readonly onChange: (value: Json) => void;
}

function SampleControl({ field, value, onChange }: ControlProps) {
  const common = { size: "xs" as const, label: field.name, name: `sample.${field.name}` };
  switch (field.kind) {
    case "choice":
      return (
        <NativeSelect
          {...common}
          value={String(value ?? "")}
          data={[...(value == null ? [{ value: "", label: "–" }] : []), ...field.choices.map(String)]}
          onChange={(event) => {
            const text = event.currentTarget.value;
            onChange(field.choices.find((choice) => String(choice) === text) ?? text);
          }}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          decimalScale={12}
          hideControls
          value={typeof value === "number" ? value : ""}
          onChange={(next) => onChange(typeof next === "number" ? next : null)}
        />
      );
    case "text":
      return (
        <TextInput
          {...common}
          data-wide
          value={value == null ? "" : String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "drawing":
      return <DrawGrid name={field.name} shape={field.shape} value={value} onChange={onChange} />;
    case "file":
      return <FileField {...{ field, value, onChange }} />;
    case "json":
      return <JsonField {...{ field, value, onChange }} />;
  }
}

function FileField({ field, value, onChange }: ControlProps) {
  return (
    <div data-wide>
      <Text size="xs" fw={500} mb={4}>
        {field.name}
      </Text>
      <Group gap="xs">
        {typeof value === "string" && value !== "" && !value.startsWith("UklGR") && (
          <img
            src={`data:image/png;base64,${value}`}
            alt={field.name}
            style={{ height: 96, maxWidth: 160, objectFit: "contain", imageRendering: "pixelated" }}
          />
        )}
        <FileButton
          accept="image/*,audio/wav"
          inputProps={{ "aria-label": t("learned.chooseFile", { name: field.name }) }}
          onChange={(file) => {
            if (file) void base64(file).then(onChange);
          }}
        >
          {(props) => (
            <Button {...props} variant="default">
              {t("learned.chooseFile", { name: field.name })}
            </Button>
          )}
        </FileButton>
      </Group>
    </div>
  );
}

function JsonField({ field, value, onChange }: ControlProps) {
  const stored = showJson(value);
  const [draft, setDraft] = useState(stored);
  const [isFocused, setFocused] = useState(false);
  useEffect(() => {
    if (!isFocused) setDraft(stored);
  }, [stored, isFocused]);
  return (
    <Textarea
      size="xs"
      data-wide
      label={field.shape.length > 0 ? `${field.name} (${field.shape.join(", ")})` : field.name}
      name={`sample.${field.name}`}
      autosize
      minRows={1}
      maxRows={5}
      error={readJson(draft) === undefined ? t("form.notJson") : undefined}
      styles={{ input: { fontFamily: "var(--ll-mono)" } }}
      value={draft}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        const read = readJson(event.currentTarget.value);
        if (read !== undefined) onChange(read);
      }}
    />
  );
}
