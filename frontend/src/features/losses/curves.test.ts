import { expect, test } from "vitest";

import { type ChartData, columnsOf, smooth } from "./curves";

const x = Float64Array.of(1, 2, 3, 4);
const plain = { smoothing: 0, isLog: false, unit: "step" } as const;

function chart(values: number[], validation: number[] = []): ChartData {
  return {
    x,
    stepsPerEpoch: 2,
    curves: [
      { key: "same", label: "same", color: "#f00", kind: "train", x, values: Float64Array.from(values) },
      {
        key: "validation.same",
        label: "same, validation",
        color: "#f00",
        kind: "validation",
        x: Float64Array.from(validation, (_value, epoch) => (epoch + 1) * 2),
        values: Float64Array.from(validation),
      },
    ],
  };
}

test("validation values stand at the last step of their epoch", () => {
  const columns = columnsOf(chart([4, 2, Number.NaN, 1], [3, 0.5]), plain);

  expect(columns).toEqual([
    [1, 2, 3, 4],
    [4, 2, null, 1],
    [null, 3, null, 0.5],
  ]);
});

test("smoothing adds a line before the raw values, and a gap stays a gap", () => {
  const columns = columnsOf(chart([4, 2, Number.NaN, 1]), { ...plain, smoothing: 0.5 });

  expect(columns).toHaveLength(4);
  expect(columns[1]?.[2]).toBeNull();
  expect(columns[2]).toEqual([4, 2, null, 1]);
});

test("a smoothed constant is that constant from its first value on", () => {
  expect(smooth([3, 3, 3], 0.9).map((value) => Number(value?.toFixed(9)))).toEqual([3, 3, 3]);
});

test("epochs as the unit divide the steps", () => {
  expect(columnsOf(chart([1, 1, 1, 1]), { ...plain, unit: "epoch" })[0]).toEqual([0.5, 1, 1.5, 2]);
});

test("a logarithmic axis leaves out what has no logarithm", () => {
  expect(columnsOf(chart([0, 1, 2, 3]), { ...plain, isLog: true })[1]).toEqual([null, 1, 2, 3]);
});

test("a run of a hundred thousand steps is drawn by its means, with validation still at its place", () => {
  const steps = Float64Array.from({ length: 100_000 }, (_value, index) => index + 1);
  const long: ChartData = {
    x: steps,
    stepsPerEpoch: 50_000,
    curves: [
      { key: "a", label: "a", color: "#f00", kind: "train", x: steps, values: steps.map(() => 3) },
      {
        key: "validation.a",
        label: "a, validation",
        color: "#f00",
        kind: "validation",
        x: Float64Array.of(50_000, 100_000),
        values: Float64Array.of(1, 2),
      },
    ],
  };

  const [x, train, validation] = columnsOf(long, plain);

  expect(x!.length).toBeLessThanOrEqual(4000);
  expect(x!.at(-1)).toBe(100_000);
  expect(new Set(train)).toEqual(new Set([3]));
  expect(validation!.filter((value) => value !== null)).toEqual([1, 2]);
  expect(validation!.at(-1)).toBe(2);
});
