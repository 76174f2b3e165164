/** From a config's JSON Schema to the controls of a form. Pure; the layers' schemas are flat and made by us. */

import type { ConfigSchema, Json, PropertySchema } from "../../schema";

export type FieldKind = "flag" | "choice" | "integer" | "number" | "text" | "sizes" | "json";

export interface FieldSpec {
  readonly name: string;
  /** In words: "Recurrent activation". */
  readonly label: string;
  readonly description: string;
  readonly kind: FieldKind;
  readonly choices: readonly string[];
  /** The same as the config has them: text, or numbers. */
  readonly values: readonly Json[];
  readonly isNullable: boolean;
  readonly isRequired: boolean;
  readonly fallback: Json | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

/** Fields of every layer that a form shows apart, or not at all. */
const HIDDEN = new Set(["name"]);

/** What must be set comes first, such as an LSTM's units; the rest in the schema's order. */
export function fieldsOf(schema: ConfigSchema): FieldSpec[] {
  const fields = Object.entries(schema.properties ?? {})
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, property]) => fieldOf(schema, name, property));
  return [
    ...fields.filter(({ isRequired }) => isRequired),
    ...fields.filter(({ isRequired }) => !isRequired),
  ];
}

function fieldOf(schema: ConfigSchema, name: string, property: PropertySchema): FieldSpec {
  const options = flatten(schema, property);
  const kinds = options.filter((option) => option.type !== "null" && option.const !== null);
  const values = kinds.flatMap((option) => option.enum ?? (option.const === undefined ? [] : [option.const]));
  const choices = values.map(String);
  const bounded = kinds.find((option) => option.type === "integer" || option.type === "number");
  return {
    name,
    label: labelOf(name, property.title),
    description: property.description ?? "",
    kind: kindOf(kinds, choices),
    choices,
    values,
    isNullable: options.length > kinds.length,
    isRequired: (schema.required ?? []).includes(name),
    fallback: property.default,
    minimum: bounded?.minimum ?? bounded?.exclusiveMinimum,
    maximum: bounded?.maximum ?? bounded?.exclusiveMaximum,
  };
}

/** Every alternative of a property, with references and nested `anyOf` resolved. */
function flatten(schema: ConfigSchema, property: PropertySchema, depth = 0): PropertySchema[] {
  if (depth > 8) return [];
  if (property.$ref !== undefined) {
    const target = schema.$defs?.[property.$ref.split("/").at(-1) ?? ""];
    return target === undefined ? [] : flatten(schema, target, depth + 1);
  }
  const nested = property.anyOf ?? property.oneOf ?? property.allOf;
  if (nested !== undefined) return nested.flatMap((option) => flatten(schema, option, depth + 1));
  return [property];
}

function kindOf(options: readonly PropertySchema[], choices: readonly string[]): FieldKind {
  const types = new Set(options.flatMap((option) => option.type ?? []));
  const hasNumbers = types.has("number") || types.has("integer");
  if (types.size === 1 && types.has("boolean")) return "flag";
  const isChosen = options.every((option) => option.enum !== undefined || option.const !== undefined);
  if (choices.length > 0 && !types.has("array") && (!hasNumbers || isChosen)) return "choice";
  if (options.some(isSizes)) return "sizes";
  const isMixed = types.has("string") && (hasNumbers || types.has("boolean"));
  if (types.has("array") || types.has("object") || types.size === 0 || isMixed) return "json";
  if (types.has("number")) return "number";
  if (types.has("integer")) return "integer";
  return "text";
}

/** Lists of whole numbers, such as a shape or a kernel size; `null` in them is a size known at run time only. */
function isSizes(option: PropertySchema): boolean {
  if (option.type !== "array") return false;
  const items = option.prefixItems ?? (option.items === undefined ? [] : [option.items]);
  return (
    items.length > 0 &&
    items.every((item) =>
      (item.anyOf ?? [item]).every((one) => one.type === "integer" || one.type === "null"),
    )
  );
}

/** In words: `learning_rate` → "Learning rate". */
export function labelOf(name: string, title?: string): string {
  if (title !== undefined && title !== "") return title;
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether the control of this kind can show the value; if not, it is shown as JSON. */
export function canShow(kind: FieldKind, value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  switch (kind) {
    case "flag":
      return typeof value === "boolean";
    case "integer":
    case "number":
      return typeof value === "number";
    case "choice":
      return typeof value !== "object";
    case "text":
      return typeof value === "string";
    case "sizes":
      return (Array.isArray(value) ? value : [value]).every(
        (size: Json) => size === null || Number.isInteger(size),
      );
    case "json":
      return true;
  }
}

const BARE_WORD = /^(?!(true|false|null)$)[A-Za-z_][A-Za-z0-9_]*$/;

/** JSON in a line, with room between its parts: `[[1, 2], [0, 1]]`. Null is empty, a word stands without quotes. */
export function showJson(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" && BARE_WORD.test(value) ? value : jsonText(value);
}

function jsonText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => jsonText(item)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}: ${jsonText(item as Json)}`,
    );
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}

/**
 * What a person types for any value: JSON; a bare word is a string, as in `he_normal`; numbers with commas are a list;
 * empty text is null. undefined where it can't be read.
 */
export function readJson(text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (BARE_WORD.test(trimmed)) return trimmed;
  const isBareList = /^[-+.\deE\s,]+$/.test(trimmed) && trimmed.includes(",");
  try {
    return JSON.parse(isBareList ? `[${trimmed}]` : trimmed) as Json;
  } catch {
    return undefined;
  }
}

/** `[8, null]` as a person types it: "8, ?". */
export function showSizes(value: Json | undefined): string {
  if (typeof value === "number") return String(value);
  if (!Array.isArray(value)) return "";
  return value.map((size: Json) => (size === null ? "?" : String(size))).join(", ");
}

/** "8, ?" → `[8, null]`; "3" → 3 where the field takes a single number; undefined where it can't be read. */
export function readSizes(text: string, wantsList: boolean): Json | undefined {
  const parts = text
    .replace(/[()[\]]/g, " ")
    .split(/[,，×x\s]+/i)
    .filter((part) => part !== "");
  const sizes: (number | null)[] = [];
  for (const part of parts) {
    if (part === "?" || part.toLowerCase() === "none" || part.toLowerCase() === "null") sizes.push(null);
    else if (/^-?\d+$/.test(part)) sizes.push(Number(part));
    else return undefined;
  }
  if (!wantsList && sizes.length === 1) return sizes[0];
  return sizes;
}
