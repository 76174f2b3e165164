import { describe, expect, it } from "vitest";
import { hasValidation, monitorKeys, stepsOf } from "./monitors";

describe("keys that a callback can follow", () => {
  it("bear the output's name where there are several outputs", () => {
    const training = {
      outputs: {
        parity: {
          loss: "binary_crossentropy",
          metrics: ["accuracy", { type: "auc", config: { name: "area" } }],
        },
        digit: { loss: "categorical_crossentropy" },
        seen: { loss: null, metrics: ["accuracy"] },
      },
    };

    expect(monitorKeys(training, true)).toEqual([
      "val_loss",
      "val_digit_loss",
      "val_parity_loss",
      "val_parity_accuracy",
      "val_parity_area",
      "val_seen_accuracy",
      "loss",
      "digit_loss",
      "parity_loss",
      "parity_accuracy",
      "parity_area",
      "seen_accuracy",
      "learning_rate",
    ]);
  });

  it("do not where there is one, and have no val_ twin without rows for validation", () => {
    const training = { outputs: { y: { loss: "mse", metrics: ["mae"], weighted_metrics: ["mae"] } } };

    expect(monitorKeys(training, false)).toEqual(["loss", "mae", "weighted_mae", "learning_rate"]);
  });

  it("know of validation by Keras' split and by the data's own", () => {
    expect(hasValidation({ fit: { validation_split: 0.2 } })).toBe(true);
    expect(hasValidation({ fit: { validation_split: 0 } })).toBe(false);
    const split = (own: object) => ({ data: { split: own } }) as never;
    expect(hasValidation(split({ by: "random", validation: 0.1 }))).toBe(true);
    expect(hasValidation(split({ by: "column", column: "part" }))).toBe(true);
    expect(hasValidation(split({ by: "random", validation: 0 }))).toBe(false);
  });
});

it("steps of a fit count the rows that train, and the epochs that are left", () => {
  expect(stepsOf({ epochs: 5, batch_size: 64, validation_split: 0.2 }, 12_000)).toEqual({
    steps: 750,
    epochs: 5,
  });
  expect(stepsOf({ epochs: 5, initial_epoch: 3 }, 100)).toEqual({ steps: 8, epochs: 2 });
  expect(stepsOf({ epochs: 1, batch_size: 10 }, 100, { by: "random", validation: 0.2 })).toEqual({
    steps: 7,
    epochs: 1,
  });
  expect(stepsOf({}, null)).toBeNull();
});
