import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../schema";
import { byOutput } from "./evaluation";
import { likely } from "./likely";
import {
  emptySample,
  fromPixels,
  innerNodes,
  isDrawing,
  painted,
  pixelsOf,
  requestOf,
  sampleForm,
} from "./sample";
import { curlLine, pythonLines } from "./serveLines";

const column = (
  name: string,
  kind: string,
  shape: number[] = [],
  classes: (string | number)[] | null = null,
) => ({
  name,
  kind,
  shape,
  classes,
  dtype: "float32",
  missing: 0,
  note: "",
});

const dataset = {
  id: "d",
  columns: [
    column("age", "number"),
    column("town", "category", [], ["Bonn", "Köln"]),
    column("scan", "tensor", [8, 8, 1]),
    column("series", "tensor", [3]),
    column("photo", "image"),
    column("bought", "category", [], ["no", "yes"]),
  ],
} as unknown as Dataset;

function document(inputs: { [input: string]: unknown }) {
  const layers = Object.fromEntries(
    Object.keys(inputs).map((id) => [id, { type: "Input", config: { shape: [2, null] } }]),
  );
  const nodes = Object.fromEntries(Object.keys(inputs).map((id) => [id, { layer: id }]));
  return {
    format: "",
    name: "",
    models: { main: { layers, nodes } },
    training: { data: { inputs } },
  } as never;
}

describe("a sample", () => {
  it("has each column that an input takes, once, with a control that fits it", () => {
    const form = sampleForm(
      document({
        a: { columns: ["age", "town"], encoder: { type: "standardize" } },
        b: "scan",
        c: ["age"],
        p: "photo",
      }),
      dataset,
    );

    expect(form.isByColumn).toBe(true);
    expect(form.fields.map(({ name, kind, inputs }) => [name, kind, inputs.join()])).toEqual([
      ["age", "number", "a,c"],
      ["town", "choice", "a"],
      ["scan", "drawing", "b"],
      ["photo", "file", "p"],
    ]);
  });

  it("is asked for when it is whole, and as rows by column", () => {
    const form = sampleForm(document({ a: ["age", "town"] }), dataset);

    expect(requestOf(form, { age: 41 }, [])).toBeNull();
    expect(requestOf(form, { age: 41, town: "Köln", bought: "no" }, ["dense"])).toEqual({
      rows: [{ age: 41, town: "Köln" }],
      nodes: ["dense"],
    });
  });

  it("goes in by input where the run has no columns", () => {
    const form = sampleForm(document({ x: "x" }), undefined);

    expect(form.isByColumn).toBe(false);
    expect(requestOf(form, emptySample(form), [])).toEqual({ inputs: { x: [[[0], [0]]] } });
  });
});

it("inner nodes are those of the trained model and, by path, of the models that it calls", () => {
  const layer = (type: string, config = {}) => ({ type, config });
  const nested = {
    format: "",
    name: "",
    models: {
      main: {
        layers: { x: layer("Input"), vision: layer("Model", { model: "encoder" }), y: layer("Output") },
        nodes: {
          x: { layer: "x" },
          left: { layer: "vision" },
          right: { layer: "vision" },
          y: { layer: "y" },
        },
      },
      encoder: { layers: { dense: layer("Dense") }, nodes: { dense: { layer: "dense" } } },
    },
  };

  expect(innerNodes(nested)).toEqual(["left", "left/dense", "right", "right/dense"]);
});

describe("a drawing", () => {
  it("is any small grey picture", () => {
    expect([[8, 8], [28, 28, 1], [8, 8, 3], [8], [200, 200], [2, 8]].map(isDrawing)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it("keeps its shape, and the brush its neighbours", () => {
    const blank = pixelsOf(undefined, [4, 4, 1]);
    const once = painted(blank, 1, 1, 16);

    expect(once[1]).toEqual([8, 16, 8, 0]);
    expect(painted(once, 1, 1, 0)[1]).toEqual([8, 0, 8, 0]);
    const value = fromPixels(once, [4, 4, 1]);
    expect(pixelsOf(value, [4, 4, 1])).toEqual(once);
  });
});

it("an evaluation's keys go to the output with the longest name that fits", () => {
  const rows = byOutput({ loss: 3, a_loss: 1, a_b_loss: 2, a_b_accuracy: 0.5, a_mae: null }, ["a", "a_b"]);

  expect(rows).toEqual([
    { output: "a", loss: 1, metrics: { mae: null } },
    { output: "a_b", loss: 2, metrics: { accuracy: 0.5 } },
  ]);
  expect(byOutput({ loss: 1, accuracy: 1 }, ["y"])).toEqual([
    { output: "y", loss: 1, metrics: { accuracy: 1 } },
  ]);
});

it("shares are told of probabilities only, the likeliest first", () => {
  expect(likely([0.2], ["no", "yes"])).toEqual([
    { label: "no", share: 0.8 },
    { label: "yes", share: 0.2 },
  ]);
  expect(likely([0.1, 0.7, 0.2], ["a", "b", "c"])!.map(({ label }) => label)).toEqual(["b", "c", "a"]);
  expect(likely([-3, 5], ["a", "b"])).toBeNull();
  expect(likely([[0.5, 0.5]], ["a", "b"])).toBeNull();
});

describe("lines to paste", () => {
  const body = { rows: [{ who: 'it\'s a "$HOME" `test` ü\n', n: 1.5, ok: true, none: null }] };

  it("reach curl as they were meant, whatever the row holds", () => {
    const line = curlLine("http://host:8420", "run", body).replace(/^curl/, "printf '%s\\n'");

    const said = execFileSync("sh", ["-c", line], { env: { LAYERLOOM_TOKEN: "secret" }, encoding: "utf8" });

    expect(said).toContain("http://host:8420/api/runs/run/predict");
    expect(said).toContain("Authorization: Bearer secret");
    expect(said).toContain(JSON.stringify(body));
  });

  it("reach curl also where the row is longer than an argument may be", () => {
    const long = { rows: [{ picture: "x".repeat(300_000), who: "it's $HOME" }] };
    // Whatever stands before the body is curl's; cat says what curl would be given.
    const script = curlLine("http://host:8420", "run", long).replace(/^curl[\s\S]*-d @- /, "cat ");

    const said = execFileSync("sh", { input: script, encoding: "utf8" });

    expect(JSON.parse(said)).toEqual(long);
  });

  it("are a Python program of the same body", () => {
    const lines = pythonLines("http://host:8420", "run", body);
    const printed = `${lines.split("\nrequest = ")[0]}\nprint(json.dumps(body))`;

    const said = execFileSync("python3", ["-c", printed], { encoding: "utf8" });

    expect(JSON.parse(said)).toEqual(body);
  });
});
