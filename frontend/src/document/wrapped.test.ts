import { describe, expect, it } from "vitest";
import { addLayerNode, deleteNodes, duplicateNodes, renameLayer, wrapNewLayer } from "./commands";
import { changed } from "./testing";
import type { Document } from "./types";
import { wrappedBy, wrappersOf } from "./wrapped";

const model = "main";

/** `x` through an RNN of two cells and a Bidirectional LSTM. */
function wrapped(): Document {
  return {
    format: "layerloom/1",
    name: "Wrapped",
    models: {
      main: {
        layers: {
          x: { type: "Input", config: { shape: [5, 3] } },
          one: { type: "LSTMCell", config: { units: 3 } },
          two: { type: "GRUCell", config: { units: 4 } },
          stack: { type: "StackedRNNCells", config: { cells: ["one", "two"] } },
          rnn: { type: "RNN", config: { cell: "stack" } },
          lstm: { type: "LSTM", config: { units: 4 } },
          both: { type: "Bidirectional", config: { layer: "lstm" } },
        },
        nodes: {
          x: { layer: "x" },
          rnn: { layer: "rnn", inputs: { sequence: ["x"] } },
          both: { layer: "both", inputs: { sequence: ["x"] } },
        },
      },
    },
  };
}

describe("layers that a wrapper names", () => {
  it("are found in every field, and know their wrappers", () => {
    const { layers } = wrapped().models.main!;

    expect(wrappedBy(layers.stack)).toEqual(["one", "two"]);
    expect(wrappedBy(layers.both)).toEqual(["lstm"]);
    expect(wrappersOf(wrapped().models.main!, "two")).toEqual(["stack"]);
  });

  it("go with the last node of their wrapper, however deep they lie", () => {
    const document = changed(wrapped(), deleteNodes({ model, nodes: ["rnn"] }));

    expect(Object.keys(document.models.main!.layers)).toEqual(["x", "lstm", "both"]);
  });

  it("are renamed where they are named", () => {
    const document = changed(wrapped(), renameLayer({ model, layer: "two", to: "gru" }));

    expect(document.models.main!.layers.stack!.config).toEqual({ cells: ["one", "gru"] });
  });

  it("are copied with their wrapper, so that the copy has weights of its own", () => {
    const { layers, nodes } = changed(wrapped(), duplicateNodes({ model, nodes: ["rnn"] })).models.main!;
    const copy = layers[nodes.rnn_2!.layer]!;
    const stack = layers[copy.config!.cell as string]!;

    expect(copy.config!.cell).not.toBe("stack");
    expect(wrappedBy(stack)).toEqual(["one_2", "two_2"]);
  });

  it("come with a new wrapper under free ids", () => {
    const { layers } = changed(
      wrapped(),
      addLayerNode({
        model,
        type: "Bidirectional",
        config: { layer: "lstm" },
        wraps: { lstm: { type: "LSTM", config: { units: 16 } } },
        position: [0, 0],
      }),
    ).models.main!;

    expect(layers.bidirectional!.config).toEqual({ layer: "lstm_2" });
    expect(layers.lstm_2).toEqual({ type: "LSTM", config: { units: 16 } });
    expect(layers.lstm!.config).toEqual({ units: 4 });
  });

  it("are made in the place of another, or behind the others of a list", () => {
    const { layers } = changed(
      wrapped(),
      wrapNewLayer({ model, layer: "both", field: "layer", type: "GRU", config: { units: 2 } }),
      wrapNewLayer({ model, layer: "stack", field: "cells", type: "LSTMCell", inList: true }),
    ).models.main!;

    expect(layers.both!.config).toEqual({ layer: "gru" });
    expect(layers.stack!.config).toEqual({ cells: ["one", "two", "lstm_cell"] });
  });
});
