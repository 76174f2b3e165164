import { expect, test } from "vitest";
import { searchLayerTypes } from "./layerSearch";

const types = [
  { type: "Add", summary: "Sum of its inputs.", search_words: ["sum"] },
  { type: "Concatenate", summary: "Joins along an axis.", search_words: ["concat", "拼接"] },
  { type: "Average", summary: "Mean of its inputs.", search_words: ["ave"] },
  { type: "GlobalAveragePooling2D", summary: "Mean over height and width.", search_words: [] },
  { type: "Dense", summary: "Every output sees every input.", search_words: ["linear", "fully connected"] },
];

const found = (query: string) => searchLayerTypes(types, query).map(({ type }) => type);

test("an empty query gives all types in the catalogue's order", () => {
  expect(found("  ")).toEqual(types.map(({ type }) => type));
});

test("Keras 1's mode names find their merges first", () => {
  expect(found("sum")[0]).toBe("Add");
  expect(found("concat")[0]).toBe("Concatenate");
  expect(found("ave")).toEqual(["Average", "GlobalAveragePooling2D"]);
});

test("capitals, Chinese names and several words are found", () => {
  expect(found("gap")).toEqual(["GlobalAveragePooling2D"]);
  expect(found("拼接")).toEqual(["Concatenate"]);
  expect(found("fully connected")).toEqual(["Dense"]);
});

test("what nobody knows finds nothing", () => {
  expect(found("quux")).toEqual([]);
});

test("a formula is found by its sign, and a name with a hyphen is no formula", () => {
  const operations = [
    { type: "Arithmetic", summary: "Of two operands.", search_words: ["plus", "+", "*", "**"] },
    { type: "Slicing", summary: "Part of a tensor.", search_words: ["slice", "[:, 0]"] },
    { type: "MultiHeadAttention", summary: "Attends.", search_words: ["multi-head"] },
  ];
  const names = (query: string) => searchLayerTypes(operations, query).map(({ type }) => type);

  expect(names("x * 2")).toEqual(["Arithmetic"]);
  expect(names("a+b")).toEqual(["Arithmetic"]);
  expect(names("x ** 2")).toEqual(["Arithmetic"]);
  expect(names("x[:, 0]")).toEqual(["Slicing"]);
  expect(names("multi-head")).toEqual(["MultiHeadAttention"]);
});
