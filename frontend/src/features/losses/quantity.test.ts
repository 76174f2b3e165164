import { describe, expect, it } from "vitest";

import type { RunEvent } from "../../schema";
import { newRunView, type RunView, TOTAL, withEvents } from "../../stores/runView";
import { axesIn, bestOf, isLowerBetter, linesOf, lossNames, placeIn, quantitiesOf } from "./quantity";

/** Two outputs, two steps an epoch; validation losses 3, 1, 2 and accuracies 0.1, 0.9, 0.5. */
function trained(hasValidation = true): RunView {
  const started = {
    kind: "run_started",
    outputs: ["a", "b"],
    epochs: 3,
    steps_per_epoch: 2,
    loss_weights: {},
    epoch: 0,
    attempt: 1,
  };
  const epochs = [
    [3, 0.1],
    [1, 0.9],
    [2, 0.5],
  ].map(([loss, accuracy], index) => {
    const values = { loss, losses: { a: loss, b: 9 }, metrics: { a: { accuracy } } };
    const validation = hasValidation ? values : null;
    return {
      kind: "epoch_ended",
      epoch: index + 1,
      ...values,
      loss: 7 - index,
      validation,
      learning_rate: 0.1,
    };
  });
  const events = [started, ...epochs].map((event, index) => ({
    ...event,
    seq: index + 1,
    time: new Date(index * 1000).toISOString(),
  }));
  return withEvents(newRunView("r"), events as unknown as RunEvent[]);
}

describe("what a chart can show of a run", () => {
  it("is its losses, each metric and the learning rate", () => {
    expect(quantitiesOf([trained()])).toEqual(["loss", "metric:accuracy", "learning_rate"]);
    expect(lossNames(trained())).toEqual(["a", "b", TOTAL]);
  });

  it("has training and validation of each output that has it", () => {
    const lines = linesOf(trained(), "metric:accuracy");

    expect(lines.map(({ name, isValidation }) => [name, isValidation])).toEqual([
      ["a", false],
      ["a", true],
    ]);
    expect([...lines[1]!.values]).toEqual([0.1, 0.9, 0.5]);
    expect(linesOf(trained(false), "loss").every(({ isValidation }) => !isValidation)).toBe(true);
  });

  it("stands over steps, epochs or seconds of training", () => {
    const view = trained();
    const axis = (unit: "step" | "epoch" | "time") => [...axesIn(unit, 2)(view.validation)];

    expect(axis("step")).toEqual([2, 4, 6]);
    expect(axis("epoch")).toEqual([1, 2, 3]);
    expect(axis("time")).toEqual([1, 2, 3]);
    expect(placeIn("epoch", { x: 3, seconds: 9 }, 2)).toBe(1.5);
    expect(placeIn("time", { x: 3, seconds: 9 }, 2)).toBe(9);
  });

  it("gives curves of the same points the same axis", () => {
    const view = trained();
    const axisOf = axesIn("epoch", 2);

    expect(axisOf(view.validation)).toBe(axisOf(view.validation));
  });
});

describe("the best epoch", () => {
  it("is the one with the least loss or the greatest metric on validation", () => {
    expect(bestOf(trained(), "loss", "a")).toMatchObject({ epoch: 2, value: 1, isValidation: true });
    expect(bestOf(trained(), "metric:accuracy", "a")).toMatchObject({ epoch: 2, value: 0.9 });
  });

  it("is by the training rows where nothing was validated", () => {
    expect(bestOf(trained(false), "loss", TOTAL)).toMatchObject({ epoch: 3, value: 5, isValidation: false });
  });

  it("is none before an epoch has ended, nor of the learning rate", () => {
    expect(bestOf(newRunView("r"), "loss", "a")).toBeNull();
    expect(bestOf(trained(), "learning_rate", "a")).toBeNull();
  });

  it("knows of which metrics less is better", () => {
    const lower = [
      "mean_absolute_error",
      "mae",
      "mse",
      "mape",
      "msle",
      "false_negatives",
      "kl_divergence",
      "hinge",
    ];
    const higher = ["accuracy", "auc", "r2_score", "f1_score", "mean_io_u", "cosine_similarity", "precision"];

    expect(lower.filter((metric) => !isLowerBetter(metric))).toEqual([]);
    expect(higher.filter(isLowerBetter)).toEqual([]);
  });
});
