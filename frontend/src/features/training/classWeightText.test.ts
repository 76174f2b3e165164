import { expect, it } from "vitest";
import { readWeights, showWeights } from "./classWeightText";

it("class weights are read as they are shown", () => {
  const weights = { "0": 1, "3": 0.25 };

  expect(showWeights(weights)).toBe("0: 1, 3: 0.25");
  expect(readWeights(showWeights(weights))).toEqual(weights);
  expect(readWeights("{0: 1.5; 2=.5}")).toEqual({ "0": 1.5, "2": 0.5 });
  expect(readWeights("")).toEqual({});
});

it("what is no class number or no weight is not read", () => {
  for (const text of ["a: 1", "0: -1", "0.5: 1", "0", "0: 1: 2"]) expect(readWeights(text)).toBeUndefined();
});
