import { expect, test } from "vitest";
import { portLookup } from "../../../document/ports";
import type { Document } from "../../../document/types";
import { catalogue, documentOf, sceneOf } from "../testing/build";
import { buildScene } from "./scene";

test("an edge has the id that the page's data-edge shows, with the ports by their own names", () => {
  const scene = sceneOf(documentOf({ first: "Input", encoded: ["LSTM", { sequence: ["first"] }] }));

  expect(scene.edges.map(({ id }) => id)).toEqual(["first.output->encoded.sequence"]);
});

test("an edge from a node that does not exist is kept and broken", () => {
  const scene = sceneOf(documentOf({ end: ["Output", { inputs: ["gone"] }] }));

  expect(scene.edges).toHaveLength(1);
  expect(scene.edges[0]).toMatchObject({ source: -1, target: 0, isBroken: true });
});

test("an edge into a port that the layer does not have keeps a place on the node", () => {
  const scene = sceneOf(documentOf({ a: "Input", b: ["Dense", { inputs: ["a"], mask: ["a"] }] }));

  const { inputs } = scene.byId.get("b")!;
  expect(inputs.map(({ name, isUnknown }) => [name, isUnknown])).toEqual([
    ["inputs", false],
    ["mask", true],
  ]);
  expect(scene.edges.find(({ edge }) => edge.target.port === "mask")?.isBroken).toBe(true);
});

test("all calls of a shared layer bear its colour, others none", () => {
  const scene = sceneOf(
    documentOf({ a: ["Dense", undefined, "both"], b: ["Dense", undefined, "both"], c: "Dense" }),
  );

  const color = (id: string) => scene.byId.get(id)!.sharedColor;
  expect(color("a")).not.toBe("");
  expect(color("a")).toBe(color("b"));
  expect(color("c")).toBe("");
});

test("edges into a port with several sources are numbered, for their order counts", () => {
  const scene = sceneOf(documentOf({ a: "Input", b: "Input", sum: ["Add", { inputs: ["b", "a"] }] }));

  expect(scene.edges.map(({ edge, order }) => [edge.source.node, order])).toEqual([
    ["b", 1],
    ["a", 2],
  ]);
});

test("a node that looks the same keeps its object when another changes", () => {
  const nodes = { a: "Input", b: ["Dense", { inputs: ["a"] }] } as const;
  const before = sceneOf(documentOf(nodes, { a: [0, 0], b: [300, 0] }));

  const after = sceneOf(documentOf(nodes, { a: [0, 0], b: [340, 0] }), before);

  expect(after.byId.get("a")).toBe(before.byId.get("a"));
  expect(after.byId.get("b")).not.toBe(before.byId.get("b"));
});

test("nodes without a position stand in columns, below those that have one", () => {
  const scene = sceneOf(
    documentOf({ a: "Input", b: ["Dense", { inputs: ["a"] }], placed: "Input" }, { placed: [0, 500] }),
  );

  const { a, b, placed } = Object.fromEntries(scene.nodes.map((node) => [node.id, node]));
  expect(b!.x).toBeGreaterThan(a!.x + a!.width);
  expect(a!.y).toBeGreaterThan(placed!.y + placed!.height);
});

test("a position that is none does no harm", () => {
  const document = documentOf({ a: "Input" }, { a: ["x", null] as unknown as [number, number] });

  expect(sceneOf(document).nodes[0]).toMatchObject({ x: 0, y: 0 });
});

test("a node says what its type alone does not: the function, or the types of the layers within", () => {
  const reduction = { properties: { function: { type: "string", default: "mean" } } };
  const known = catalogue.layers[0]!;
  const document: Document = {
    format: "layerloom/1",
    name: "",
    models: {
      main: {
        layers: {
          total: { type: "Reduction", config: { function: "sum" } },
          usual: { type: "Reduction" },
          both: { type: "Bidirectional", config: { layer: "one", backward_layer: "other" } },
          one: { type: "LSTM" },
          other: { type: "LSTM" },
        },
        nodes: { total: { layer: "total" }, usual: { layer: "usual" }, both: { layer: "both" } },
      },
    },
  };
  const types = { ...catalogue, layers: [{ ...known, type: "Reduction", schema: reduction }] };
  const ports = portLookup(document, "main", types);

  const { byId } = buildScene({ document, model: "main", catalogue: types, check: null, ports });

  expect([byId.get("total")?.detail, byId.get("usual")?.detail, byId.get("both")?.detail]).toEqual([
    "sum",
    "mean",
    "LSTM",
  ]);
});
