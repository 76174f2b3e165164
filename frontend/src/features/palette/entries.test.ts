import { expect, test } from "vitest";
import type { Document } from "../../document/types";
import type { Catalogue, LayerTypeDescription } from "../../schema";
import { groupsOf, matching } from "./entries";

function layerType(
  type: string,
  category: string,
  search_words: readonly string[] = [],
): LayerTypeDescription {
  return {
    type,
    category,
    summary: `${type}.`,
    documentation: "",
    schema: {},
    inputs: [],
    outputs: [],
    search_words,
    examples: [],
  };
}

const catalogue: Catalogue = {
  layers: [
    layerType("Dense", "core"),
    layerType("Model", "core"),
    layerType("Add", "merging", ["sum"]),
    layerType("Odd", "odd"),
  ],
  optimizers: [],
  losses: [],
  metrics: [],
  callbacks: [],
  schedules: [],
  encoders: [],
};

const document: Document = {
  format: "layerloom/1",
  name: "",
  models: {
    main: {
      layers: {
        shared: { type: "Dense" },
        look: { type: "Model", config: { model: "vision" } },
        start: { type: "Input" },
      },
      nodes: {
        start: { layer: "start" },
        a: { layer: "shared" },
        b: { layer: "shared" },
        look: { layer: "look" },
      },
    },
    vision: { layers: {}, nodes: {} },
  },
};

const groups = groupsOf(catalogue, document, "main", ["merging", "core"]);

test("categories come in the given order, unknown ones after them", () => {
  expect(groups.map(({ id }) => id)).toEqual(["merging", "core", "odd", "models", "layers"]);
});

test("a model may be called by its name, but not inside itself", () => {
  const models = (open: string) =>
    groupsOf(catalogue, document, open, [])
      .find(({ id }) => id === "models")
      ?.entries.map(({ name }) => name) ?? [];

  expect(models("main")).toEqual(["vision"]);
  expect(models("vision")).toEqual([]);
});

test("layers of the open model can be called again, ends cannot", () => {
  const layers = groups.find(({ id }) => id === "layers")!.entries;

  expect(layers.map(({ name, calls }) => [name, calls])).toEqual([
    ["look", 1],
    ["shared", 2],
  ]);
  expect(layers[1]!.insertion).toEqual({ again: "a" });
});

test("a search shows only what matches, the best group first", () => {
  expect(matching(groups, "sum").map(({ id, entries }) => [id, entries.map(({ name }) => name)])).toEqual([
    ["merging", ["Add"]],
  ]);
  expect(matching(groups, "dense")[0]?.entries[0]?.name).toBe("Dense");
  expect(matching(groups, "")).toBe(groups);
});
