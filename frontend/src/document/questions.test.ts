import { describe, expect, it } from "vitest";
import { edgesOf, portLookup, portsOfNode } from "./ports";
import {
  calledModel,
  callsOf,
  downstreamOf,
  inOrder,
  isShared,
  outputsOf,
  usedBy,
  wouldContainItself,
  wouldMakeCycle,
} from "./questions";
import { catalogue, documentOf, portsIn, siamese } from "./testing";
import type { Document } from "./types";

const main = (document: Document) => document.models.main!;

describe("calls", () => {
  it("two nodes of one layer share it", () => {
    const model = main(siamese());

    expect(callsOf(model, "shared_lstm")).toEqual(["encoded_a", "encoded_b"]);
    expect(isShared(model, "shared_lstm")).toBe(true);
    expect(isShared(model, "merge")).toBe(false);
  });
});

describe("edges", () => {
  it("have the ids that the page shows", () => {
    const document = siamese();

    const ids = edgesOf(main(document), portsIn(document)).map(({ id }) => id);

    expect(ids).toContain("first.output->encoded_a.sequence");
    expect(ids).toContain("encoded_b.output->merge.inputs");
  });

  it("name the only input port where the document says `inputs`", () => {
    const document = documentOf({ text: ["Input"], dense: ["Dense", "text"] });
    const model = { ...main(document) };
    const lookup = () => ({
      inputs: [{ name: "sequence", description: "", least: 1, most: 1 }],
      outputs: [],
    });

    expect(edgesOf(model, lookup)[0]?.target.port).toBe("sequence");
  });

  it("of the same tensor into one port twice are two", () => {
    const document = documentOf({ x: ["Input"], twice: ["Add", "x", "x"] });

    const ids = edgesOf(main(document), portsIn(document)).map(({ id }) => id);

    expect(ids).toEqual(["x.output->twice.inputs", "x.output->twice.inputs#2"]);
  });

  it("into a port that the layer no longer has stay, and the node shows the port", () => {
    const document = documentOf({ x: ["Input"], dense: ["Dense"] });
    const model = main(document);
    const wired = {
      ...model,
      nodes: { ...model.nodes, dense: { layer: "dense", inputs: { query: ["x"] } } },
    };

    expect(edgesOf(wired, portsIn(document)).map(({ id }) => id)).toEqual(["x.output->dense.query"]);
    expect(portsOfNode(wired, "dense", portsIn(document)).inputs.map(({ name }) => name)).toEqual([
      "inputs",
      "query",
    ]);
  });
});

describe("ports", () => {
  const document: Document = {
    ...siamese(),
    models: {
      vision: main(documentOf({ image: ["Input"], b_out: ["Output", "image"], a_out: ["Output", "image"] })),
      main: {
        layers: {
          x: { type: "Input" },
          vision: { type: "Model", config: { model: "vision" } },
          each: { type: "TimeDistributed", config: { layer: "vision" } },
        },
        nodes: { x: { layer: "x" }, eyes: { layer: "each", inputs: { image: ["x"] } } },
      },
    },
  };

  it("of a model layer are the model's ends, sorted, and a wrapper has those of what it wraps", () => {
    const ports = portsIn(document);

    expect(ports("vision").inputs.map(({ name }) => name)).toEqual(["image"]);
    expect(ports("each").outputs.map(({ name }) => name)).toEqual(["a_out", "b_out"]);
    expect(calledModel(main(document), "each")).toBe("vision");
  });

  it("that a config changes come from the check", () => {
    const lstm = siamese();
    const output = (name: string) => ({ name, description: "" });
    const check = {
      ok: true,
      problems: [],
      totals: { weights: 0, trainable: 0, flops: 0, memory_bytes: 0 },
      models: {
        main: {
          nodes: {},
          layers: {
            shared_lstm: {
              weights: 1,
              trainable: 1,
              inputs: [],
              outputs: [output("output"), output("state_h")],
            },
          },
        },
      },
    };

    const ports = portLookup(lstm, "main", catalogue, check, lstm);

    expect(ports("shared_lstm").outputs.map(({ name }) => name)).toEqual(["output", "state_h"]);
  });
});

describe("ways through the graph", () => {
  it("an edge back closes a circle", () => {
    const model = main(siamese());

    expect(wouldMakeCycle(model, "merge", "encoded_a")).toBe(true);
    expect(wouldMakeCycle(model, "merge", "merge")).toBe(true);
    expect(wouldMakeCycle(model, "first", "merge")).toBe(false);
    expect([...downstreamOf(model, "encoded_a")]).toEqual(["merge", "same"]);
  });

  it("sources come before their targets, and nodes on a circle are not lost", () => {
    const circle = documentOf({ a: ["Dense", "b"], b: ["Dense", "a"], x: ["Input"] });

    expect(inOrder(main(siamese())).indexOf("merge")).toBeGreaterThan(
      inOrder(main(siamese())).indexOf("encoded_b"),
    );
    expect([...inOrder(main(circle))].sort()).toEqual(["a", "b", "x"]);
  });

  it("outputs are sorted by id, whatever the order of their making", () => {
    expect(outputsOf(main(documentOf({ z: ["Output"], a: ["Output"] })))).toEqual(["a", "z"]);
  });
});

describe("definitions", () => {
  const nested: Document = {
    ...siamese(),
    models: {
      main: { layers: { a: { type: "Model", config: { model: "middle" } } }, nodes: { a: { layer: "a" } } },
      middle: { layers: { b: { type: "Model", config: { model: "inner" } } }, nodes: { b: { layer: "b" } } },
      inner: { layers: {}, nodes: {} },
    },
  };

  it("know who uses them", () => {
    expect(usedBy(nested, "inner")).toEqual(["middle"]);
  });

  it("can't contain themselves, over any number of models", () => {
    expect(wouldContainItself(nested, "inner", "main")).toBe(true);
    expect(wouldContainItself(nested, "main", "inner")).toBe(false);
    expect(wouldContainItself(nested, "main", "main")).toBe(true);
  });
});
