import { expect, test } from "vitest";

import type { ConfigSchema } from "../../schema";
import { canShow, fieldsOf, readJson, readSizes, showJson, showSizes } from "./fields";

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
    channels: { anyOf: [{ type: "integer", enum: [1, 3] }, { type: "null" }], default: null },
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
    channels: "choice",
  });
});

test("a choice among numbers stays numbers", () => {
  const channels = fieldsOf(schema).find(({ name }) => name === "channels");

  expect(channels).toMatchObject({ choices: ["1", "3"], values: [1, 3], isNullable: true });
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

test("a field that takes words and numbers is written as JSON, so that a number stays one", () => {
  const [ord, cudnn, sparse] = fieldsOf({
    properties: {
      ord: { anyOf: [{ type: "integer" }, { enum: ["fro", "nuc"], type: "string" }, { type: "null" }] },
      use_cudnn: { anyOf: [{ type: "boolean" }, { type: "string" }], default: "auto" },
      sparse: { const: false, type: "boolean", default: false },
    },
  });

  expect([ord?.kind, cudnn?.kind, sparse?.kind]).toEqual(["json", "json", "flag"]);
  expect([readJson("2"), readJson("fro"), readJson("true"), readJson("auto")]).toEqual([
    2,
    "fro",
    true,
    "auto",
  ]);
});

test("nested lists and lists of any numbers are read as people write them, and shown the same way", () => {
  expect(readJson("[[1, 2], [0, 1]]")).toEqual([
    [1, 2],
    [0, 1],
  ]);
  expect(readJson("0.5, 1e-3, -2")).toEqual([0.5, 0.001, -2]);
  expect(readJson("[0.5, 1")).toBeUndefined();
  expect(readJson(" ")).toBeNull();
  expect(showJson([":", "::2", { a: [1, null] }])).toBe('[":", "::2", {"a": [1, null]}]');
  expect(showJson(null)).toBe("");
  expect([showJson("auto"), showJson("true"), showJson("1e3")]).toEqual(["auto", '"true"', '"1e3"']);
});

test("a value that a control can't show is left to JSON", () => {
  expect(canShow("sizes", [[1, 2], 3])).toBe(false);
  expect(canShow("sizes", [1, null])).toBe(true);
  expect(canShow("integer", "eight")).toBe(false);
  expect(canShow("choice", { class_name: "LeakyReLU" })).toBe(false);
  expect(canShow("text", null)).toBe(true);
});
