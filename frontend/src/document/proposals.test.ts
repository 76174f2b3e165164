import { expect, test } from "vitest";

import type { Column, Dataset, TensorSpec } from "../schema";
import { proposeBinding, proposeLoss } from "./proposals";

function column(name: string, shape: number[] = [], classes: (string | number)[] | null = null): Column {
  return {
    name,
    kind: shape.length > 0 ? "tensor" : classes ? "category" : "number",
    dtype: "float32",
    shape,
    classes,
    missing: 0,
    note: "",
  };
}

function dataset(...columns: Column[]): Dataset {
  return {
    id: "set",
    name: "Set",
    kind: "bundled",
    description: "",
    rows: 100,
    columns,
    created: null,
    size_bytes: null,
    sha256: null,
    format: null,
  };
}

function spec(...sizes: (number | null)[]): TensorSpec {
  return { shape: [null, ...sizes], dtype: "float32", axes: [], masked: false, label: "" };
}

const pairs = dataset(column("first", [8, 8]), column("second", [8, 8]), column("same", [], [0, 1]));

test("columns of the same name are bound, whatever their order", () => {
  const binding = proposeBinding(
    pairs,
    [
      { id: "second", spec: spec(8, 8) },
      { id: "first", spec: spec(8, 8) },
    ],
    [{ id: "same", spec: spec(1) }],
    null,
  );

  expect(binding.inputs).toEqual({ first: "first", second: "second" });
  expect(binding.targets).toEqual({ same: "same" });
});

test("what has another name is bound by its shape, each column once", () => {
  const binding = proposeBinding(
    pairs,
    [
      { id: "a", spec: spec(8, 8) },
      { id: "b", spec: spec(8, 8) },
    ],
    [{ id: "decision", spec: spec(1) }],
    null,
  );

  expect(binding.inputs).toEqual({ a: "first", b: "second" });
  expect(binding.targets).toEqual({ decision: "same" });
});

test("a binding that the user made stays, also one of several columns", () => {
  const iris = dataset(column("length"), column("width"), column("kind", [], ["a", "b", "c"]));

  const binding = proposeBinding(
    iris,
    [{ id: "features", spec: spec(2) }],
    [{ id: "kind_out", spec: spec(3) }],
    { dataset: "set", inputs: { features: ["length", "width"] } },
  );

  expect(binding.inputs).toEqual({ features: ["length", "width"] });
  expect(binding.targets).toEqual({ kind_out: "kind" });
});

test("a generated set is bound to the model's own names", () => {
  const generated: Dataset = { ...dataset(), kind: "generated", id: "generated" };

  const binding = proposeBinding(generated, [{ id: "a", spec: null }], [{ id: "b", spec: null }], null);

  expect(binding).toEqual({ dataset: "generated", inputs: { a: "a" }, targets: { b: "b" } });
});

test("the proposed loss follows the width and the target's classes", () => {
  expect(proposeLoss({ id: "same", spec: spec(1) }, column("same", [], [0, 1]))).toBe("binary_crossentropy");
  expect(proposeLoss({ id: "price", spec: spec(1) }, column("price"))).toBe("mean_squared_error");
  expect(proposeLoss({ id: "digit", spec: spec(10) }, column("digit", [], [0, 1, 2]))).toBe(
    "sparse_categorical_crossentropy",
  );
  expect(proposeLoss({ id: "open", spec: null }, column("digit"))).toBeNull();
});

test("a target is guessed only where the guess is likely", () => {
  const target = (...columns: Column[]) =>
    proposeBinding(dataset(...columns), [], [{ id: "out", spec: spec(1) }], null).targets;

  expect(target(column("age"), column("height"))).toEqual({});
  expect(target(column("age"), column("price"))).toEqual({ out: "price" });
  expect(target(column("age"), column("ill", [], ["no", "yes"]))).toEqual({ out: "ill" });
  expect(target(column("age"))).toEqual({ out: "age" });
});
