import { describe, expect, it } from "vitest";
import { fitToDataset, lastDense, offersOf, type Proposal } from "./fitting";
import type { Document } from "./types";

const document: Document = {
  format: "layerloom/1",
  name: "Wine",
  models: {
    main: {
      layers: {
        x: { type: "Input", config: { shape: [3], dtype: "float32" } },
        hidden: { type: "Dense", config: { units: 8 } },
        head: { type: "Dense", config: { units: 1, activation: "sigmoid" } },
        grower: { type: "Output" },
      },
      nodes: {
        x: { layer: "x" },
        hidden: { layer: "hidden", inputs: { inputs: ["x"] } },
        head: { layer: "head", inputs: { inputs: ["hidden"] } },
        grower: { layer: "grower", inputs: { inputs: ["head"] } },
      },
    },
  },
  training: {
    data: { dataset: "wine", inputs: { x: "alcohol" } },
    outputs: { grower: { loss: "binary_crossentropy", metrics: ["accuracy"] } },
  },
};

const standardized = { columns: ["alcohol", "ash"], encoder: { type: "standardize" } };

const proposal: Proposal = {
  data: { dataset: "wine", inputs: { x: standardized }, targets: { grower: "grower" } },
  inputs: { x: { shape: [2], dtype: "float32" } },
  outputs: {
    grower: {
      loss: "sparse_categorical_crossentropy",
      metrics: ["accuracy"],
      units: 3,
      activation: "softmax",
    },
  },
  notes: [],
};

const keysOf = (from: Document) => offersOf(from, proposal, null).map(({ key }) => key);

describe("a proposal", () => {
  it("offers what differs, Inputs first, and leaves out what is so already", () => {
    expect(keysOf(document)).toEqual([
      "columns x",
      "shape x",
      "columns grower",
      "loss grower",
      "units grower",
      "activation grower",
    ]);
  });

  it("is applied as one command, and then offers nothing more", () => {
    const offers = offersOf(document, proposal, null);
    const { document: fitted } = fitToDataset(document, proposal, offers).apply(document);

    expect(fitted?.models.main?.layers.head?.config).toEqual({ units: 3, activation: "softmax" });
    expect(fitted?.models.main?.layers.x?.config).toEqual({ shape: [2], dtype: "float32" });
    expect(fitted?.training?.data).toEqual({
      dataset: "wine",
      inputs: { x: standardized },
      targets: { grower: "grower" },
    });
    expect(fitted?.training?.outputs?.grower?.loss).toBe("sparse_categorical_crossentropy");
    expect(fitted && keysOf(fitted)).toEqual([]);
  });

  it("changes only what was taken", () => {
    const taken = offersOf(document, proposal, null).filter(({ kind }) => kind === "shape");
    const { document: fitted } = fitToDataset(document, proposal, taken).apply(document);

    expect(fitted?.models.main?.layers.x?.config).toEqual({ shape: [2], dtype: "float32" });
    expect(fitted?.training).toEqual(document.training);
  });
});

describe("the last Dense", () => {
  it("is found through layers that pass numbers on, and through no others", () => {
    const main = document.models.main!;
    const behind = (type: string) => ({
      ...main,
      layers: { ...main.layers, between: { type } },
      nodes: {
        ...main.nodes,
        between: { layer: "between", inputs: { inputs: ["head"] } },
        grower: { layer: "grower", inputs: { inputs: ["between"] } },
      },
    });

    expect(lastDense(main, "grower")).toBe("head");
    expect(lastDense(behind("Dropout"), "grower")).toBe("head");
    expect(lastDense(behind("LSTM"), "grower")).toBeNull();
  });
});
