import { describe, expect, it } from "vitest";
import { bytes, duration, shortNumber } from "../numbers";
import { overTime } from "./overTime";
import { extent, ticks } from "./ticks";

describe("histograms over time", () => {
  it("come onto one axis with nothing lost", () => {
    const both = overTime(
      [{ edges: [0, 1, 2], counts: [4, 4] }, { edges: [-2, 0, 2], counts: [4, 4] }, null],
      8,
    )!;

    expect(both.least).toBeCloseTo(-2, 1);
    expect(both.most).toBeCloseTo(2, 1);
    expect(both.moments[0]!.map(Math.round)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(both.moments[1]!.map(Math.round)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(both.moments[2]).toEqual([]);
  });

  it("leave a few outliers outside of the axis", () => {
    const one = overTime([{ edges: [-1000, -1, 0, 1, 1000], counts: [1, 5000, 5000, 1] }], 4)!;

    expect(one.least).toBeGreaterThan(-10);
    expect(one.most).toBeLessThan(10);
  });

  it("of weights that are all alike have no axis", () => {
    expect(overTime([{ edges: [1, 1], counts: [5] }])).toBeNull();
    expect(overTime([null])).toBeNull();
  });
});

describe("axes", () => {
  it("have round numbers within", () => {
    expect(ticks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticks(0, 150_000)).toEqual([0, 50_000, 100_000, 150_000]);
    expect(ticks(-0.3, 0.3)).toEqual([-0.2, 0, 0.2]);
    expect(ticks(2, 2)).toEqual([2]);
  });

  it("leave out what is not finite", () => {
    expect(extent([1, null, Number.NaN, 3])).toEqual([1, 3]);
    expect(extent([])).toEqual([0, 1]);
    expect(extent([5, 5])).toEqual([0, 5]);
  });
});

it("numbers are short", () => {
  expect([0, 0.123456, 1234.5, 150_000, 1e-7, null, undefined].map((one) => shortNumber(one))).toEqual([
    "0",
    "0.1235",
    "1235",
    "1.50e+5",
    "1.00e-7",
    "NaN",
    "–",
  ]);
  expect([0.0027, 3.2, 75, 4000].map(duration)).toEqual(["2.7 ms", "3.2 s", "1:15", "1:06:40"]);
  expect([512, 5_242_880, 3 * 2 ** 30].map(bytes)).toEqual(["512 B", "5.0 MiB", "3.0 GiB"]);
});
