import { describe, expect, it } from "vitest";

import { newRunView } from "../../../stores/runView";
import { resultsOf } from "./comparedData";
import { letterOf, placeInWords, valueInWords } from "./words";

const values = [1, 2];

describe("a difference in the model's words", () => {
  it("names the thing and the field as the page does", () => {
    const said = [
      { subject: { kind: "layer", id: "hidden" }, field: "units", values },
      { subject: { kind: "layer", id: "vision/conv" }, field: "type", values },
      { subject: { kind: "optimizer" }, field: "learning_rate", values },
      { subject: { kind: "output", id: "same" }, field: "loss_weight", values },
      { subject: { kind: "node", id: "merge" }, field: "inputs.inputs", values },
      { subject: { kind: "data" }, field: "inputs.x", values },
      { subject: { kind: "callback", id: "EarlyStopping" }, field: "patience", values },
    ] as const;

    expect(said.map(placeInWords)).toEqual([
      "Layer hidden: Units",
      "Layer vision/conv",
      "Optimizer: Learning rate",
      "Output same: Loss weight",
      "Node merge: Inputs",
      "Data: x",
      "Callback EarlyStopping: Patience",
    ]);
  });

  it("says values as a person would write them", () => {
    const schedule = { type: "CosineDecay", config: { decay_steps: 100 } };
    const binding = { columns: ["a", "b"], encoder: { type: "standardize" } };

    expect([0.001, true, null, undefined, ["a", "b"], [], schedule, binding].map(valueInWords)).toEqual([
      "0.001",
      "yes",
      "none",
      "–",
      "a, b",
      "none",
      "CosineDecay (decay_steps 100)",
      "a, b: standardize",
    ]);
  });

  it("calls runs by letters", () => {
    expect([0, 1, 25, 26, 27].map(letterOf)).toEqual(["A", "B", "Z", "AA", "AB"]);
  });
});

describe("results side by side", () => {
  it("mark the best of each, and nothing where only one run has a number", () => {
    const good = newRunView("good");
    const bad = newRunView("bad");
    const one = { ...newRunView("one"), outputs: ["a"] };
    for (const [view, loss] of [
      [good, 1],
      [bad, 2],
    ] as const) {
      view.epochCurves.push(1, { a: loss });
    }
    good.validation.push(1, { a: 3 });
    const views = [{ ...good, outputs: ["a"] }, { ...bad, outputs: ["a"] }, one];

    expect(resultsOf(views)).toEqual([
      { label: "Loss: a", values: [1, 2, undefined], best: [true, false, false] },
      { label: "Loss: a, validation", values: [3, undefined, undefined], best: [false, false, false] },
    ]);
  });
});
