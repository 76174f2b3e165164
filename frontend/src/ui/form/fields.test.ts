import { expect, test } from "vitest";

import type { ConfigSchema } from "../../schema";
import { fieldsOf, readSizes, showSizes } from "./fields";

const schema: ConfigSchema = {
  required: ["units"],
  $defs: { Activation: { type: "string", enum: ["relu", "tanh"] } },
  properties: {
    units: { type: "integer", title: "Units", exclusiveMinimum: 0 },
    rate: { type: "number", minimum: 0, maximum: 1, default: 0.5 },
    activation: {
      anyOf: [{ $ref: "#/$defs/Activation" }, { type: "object" }, { type: "null" }],
      default: null,
    },
    use_bias: { type: "boolean", default: true },
    kernel_size: { anyOf: [{ type: "integer" }, { type: "array", prefixItems: [{ type: "integer" }] }] },
    shape: { type: "array", items: { anyOf: [{ type: "integer" }, { type: "null" }] } },
    regularizer: { anyOf: [{ type: "object" }, { type: "null" }] },
  },
};

test("each property becomes the control that fits its type", () => {
  const kinds = Object.fromEntries(fieldsOf(schema).map((field) => [field.name, field.kind]));

  expect(kinds).toEqual({
    units: "integer",
    rate: "number",
    activation: "choice",
    use_bias: "flag",
    kernel_size: "sizes",
    shape: "sizes",
    regularizer: "json",
  });
});

test("a field knows its label in words, whether it is required, and what it may not pass", () => {
  const [units, , activation, useBias] = fieldsOf(schema);

  expect(units).toMatchObject({ label: "Units", isRequired: true, isNullable: false, minimum: 0 });
  expect(activation).toMatchObject({ choices: ["relu", "tanh"], isNullable: true });
  expect(useBias?.label).toBe("Use bias");
});

test("what must be set comes first", () => {
  const { units, ...others } = schema.properties!;

  const names = fieldsOf({ ...schema, properties: { ...others, units: units! } }).map(({ name }) => name);

  expect(names[0]).toBe("units");
});

test("sizes are read as people write them, and shown the same way", () => {
  expect(readSizes("8, 8", true)).toEqual([8, 8]);
  expect(readSizes("(?, 256)", true)).toEqual([null, 256]);
  expect(readSizes("28x28x1", true)).toEqual([28, 28, 1]);
  expect(readSizes("3", false)).toBe(3);
  expect(readSizes("3", true)).toEqual([3]);
  expect(readSizes("eight", true)).toBeUndefined();
  expect(showSizes([null, 8])).toBe("?, 8");
});
