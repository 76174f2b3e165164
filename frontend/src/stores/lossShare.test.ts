import { expect, test } from "vitest";

import { shareOfLoss } from "./lossShare";

const weightOf = (output: string) => (output === "aux" ? 0.5 : 1);

test("an output's share is its weighted loss in the total, regularization counted", () => {
  const losses = { main: 0.2, aux: 0.4 };

  expect(shareOfLoss(losses, weightOf)?.get("main")).toBeCloseTo(0.5);
  expect(shareOfLoss(losses, weightOf, 0.4)?.get("aux")).toBeCloseTo(0.25);
});

test("one output alone has no share, but for regularization; a loss that is no number leaves none", () => {
  expect(shareOfLoss({ main: 0.2 }, weightOf)).toBeNull();
  expect(shareOfLoss({ main: 0.3 }, weightOf, 0.1)?.get("main")).toBeCloseTo(0.75);
  expect(shareOfLoss({ main: null, aux: 1 }, weightOf)).toBeNull();
});
