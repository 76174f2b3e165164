import { describe, expect, it } from "vitest";

import { type Difference, differencesOf } from "./difference";
import { documentOf } from "./testing";
import type { Document } from "./types";

const before: Document = {
  ...documentOf({ x: ["Input"], hidden: ["Dense", "x"], same: ["Output", "hidden"] }),
  training: {
    model: "main",
    data: { dataset: "iris", inputs: { x: "petals" } },
    optimizer: { type: "Adam", config: { learning_rate: 0.001 } },
    outputs: { same: { loss: "mean_squared_error" } },
    fit: { epochs: 10, callbacks: [{ type: "EarlyStopping", config: { patience: 3 } }] },
  },
};

type Change = { [Key in keyof Document]?: Document[Key] };
const changed = (change: Change): Document => ({ ...before, ...change });
const withConfig = (config: Record<string, number | string>): Document["models"] => {
  const { main } = before.models;
  return { main: { ...main!, layers: { ...main!.layers, hidden: { type: "Dense", config } } } };
};

/** "layer hidden units: 32 → 64" */
function said(differences: readonly Difference[]): string[] {
  return differences.map(({ subject, field, values }) => {
    const id = "id" in subject ? ` ${subject.id}` : "";
    return `${subject.kind}${id} ${field}: ${values.map((value) => JSON.stringify(value) ?? "–").join(" → ")}`;
  });
}

describe("what differs between documents", () => {
  it("is nothing between equal ones, wherever their nodes stand and whatever they are called", () => {
    const moved = changed({ name: "Other", view: { main: { nodes: { x: [10, 20] } } } });

    expect(differencesOf([before, moved, structuredClone(before)])).toEqual([]);
  });

  it("is said of layers, the optimizer, outputs, data, fit and callbacks", () => {
    const after = changed({
      models: withConfig({ units: 64 }),
      training: {
        ...before.training,
        data: { dataset: "wine", inputs: { x: "colour" } },
        optimizer: { type: "Adam", config: { learning_rate: 0.01 } },
        outputs: { same: { loss: "mean_squared_error", loss_weight: 2 } },
        fit: { epochs: 20, callbacks: [{ type: "EarlyStopping", config: { patience: 5 } }] },
      },
    });

    expect(said(differencesOf([changed({ models: withConfig({ units: 32 }) }), after]))).toEqual([
      "layer hidden units: 32 → 64",
      "optimizer learning_rate: 0.001 → 0.01",
      "output same loss_weight: 1 → 2",
      'data dataset: "iris" → "wine"',
      'data inputs.x: "petals" → "colour"',
      "fit epochs: 10 → 20",
      "callback EarlyStopping patience: 3 → 5",
    ]);
  });

  it("knows defaults: one that is written down is no difference", () => {
    const explicit = changed({ models: withConfig({ activation: "linear" }) });
    const relu = changed({ models: withConfig({ activation: "relu" }) });
    const fallback = () => "linear";

    expect(differencesOf([before, explicit], fallback)).toEqual([]);
    expect(said(differencesOf([before, relu], fallback))).toEqual([
      'layer hidden activation: "linear" → "relu"',
    ]);
    const { fit: _fit, ...training } = before.training!;
    const callbacks = before.training!.fit!.callbacks!;
    expect(differencesOf([before, changed({ training: { ...training, fit: { callbacks } } })])).toEqual([]);
  });

  it("of another type is its type alone, and a node that came with its layer is no news", () => {
    const { main } = before.models;
    const after = changed({
      models: {
        main: {
          ...main!,
          layers: { ...main!.layers, drop: { type: "Dropout", config: { rate: 0.5 } } },
          nodes: {
            ...main!.nodes,
            drop: { layer: "drop", inputs: { inputs: ["hidden"] } },
            same: { layer: "same", inputs: { inputs: ["drop"] } },
          },
        },
      },
      training: { ...before.training, optimizer: { type: "SGD", config: { momentum: 0.9 } } },
    });

    expect(said(differencesOf([before, after]))).toEqual([
      'node same inputs.inputs: ["hidden"] → ["drop"]',
      'optimizer type: "Adam" → "SGD"',
      'layer drop type: – → "Dropout"',
    ]);
  });

  it("is told for each of several documents", () => {
    const documents = [16, 32, 16].map((units) => changed({ models: withConfig({ units }) }));

    expect(said(differencesOf(documents))).toEqual(["layer hidden units: 16 → 32 → 16"]);
  });
});
