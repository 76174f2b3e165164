import { describe, expect, test } from "vitest";

import { atLeast, columnsOf, MOST_POINTS, smooth } from "./columns";
import type { Curve } from "./types";

const plain = { smoothing: 0, isLog: false };

function curve(x: readonly number[], values: readonly number[], rest: Partial<Curve> = {}): Curve {
  return {
    key: "a",
    label: "a",
    color: "#f00",
    x: Float64Array.from(x),
    values: Float64Array.from(values),
    ...rest,
  };
}

describe("columns", () => {
  test("curves over different steps share one axis; a gap is null, a missing point is none", () => {
    const train = curve([1, 2, 3, 4], [4, 2, Number.NaN, 1]);
    const validation = curve([2, 4], [3, 0.5]);

    expect(columnsOf([train, validation], plain)).toEqual({
      x: [1, 2, 3, 4],
      lines: [
        [4, 2, null, 1],
        [undefined, 3, undefined, 0.5],
      ],
    });
  });

  test("two runs of different length and pace stand each at its own x", () => {
    const { x, lines } = columnsOf([curve([1, 3], [1, 2]), curve([2, 3, 9], [5, 6, 7])], plain);

    expect(x).toEqual([1, 2, 3, 9]);
    expect(lines).toEqual([
      [1, undefined, 2, undefined],
      [undefined, 5, 6, 7],
    ]);
  });

  test("smoothing adds a line before the raw values, and a gap stays a gap", () => {
    const smoothed = curve([1, 2, 3, 4], [4, 2, Number.NaN, 1], { isSmoothed: true });

    const { lines } = columnsOf([smoothed], { ...plain, smoothing: 0.5 });

    expect(lines).toHaveLength(2);
    expect(lines[0]?.[2]).toBeNull();
    expect(lines[1]).toEqual([4, 2, null, 1]);
  });

  test("a logarithmic axis leaves out what has no logarithm", () => {
    expect(columnsOf([curve([1, 2, 3], [0, 1, 2])], { ...plain, isLog: true }).lines[0]).toEqual([
      null,
      1,
      2,
    ]);
  });

  test("a long curve keeps its peaks and its ends, in few points", () => {
    const x = Array.from({ length: 100_000 }, (_value, index) => index + 1);
    const values = x.map((step) => (step === 70_001 ? 50 : step === 30_001 ? -50 : 3));

    const { x: axis, lines } = columnsOf([curve(x, values)], plain);

    expect(axis.length).toBeLessThanOrEqual(MOST_POINTS);
    expect([axis[0], axis.at(-1)]).toEqual([1, 100_000]);
    expect(lines[0]).toContain(50);
    expect(lines[0]).toContain(-50);
  });

  test("a part of a long curve is drawn with all its points, smoothed as the whole is", () => {
    const x = Array.from({ length: 100_000 }, (_value, index) => index + 1);
    const long = curve(x, x.map(Math.sqrt), { isSmoothed: true });

    const part = columnsOf([long], { ...plain, smoothing: 0.9 }, [50_000, 50_010]);

    expect(part.x).toEqual([
      49_999, 50_000, 50_001, 50_002, 50_003, 50_004, 50_005, 50_006, 50_007, 50_008, 50_009, 50_010, 50_011,
    ]);
    expect(part.lines[0]?.[1]).toBe(smooth(long.values, 0.9)[49_999]);
  });

  test("values of one x are one point, the last", () => {
    expect(columnsOf([curve([1, 1, 2], [5, 6, 7])], plain)).toEqual({ x: [1, 2], lines: [[6, 7]] });
  });
});

test("a smoothed constant is that constant from its first value on", () => {
  const smoothed = smooth(Float64Array.of(3, 3, 3), 0.9);

  expect([...smoothed].map((value) => Number(value.toFixed(9)))).toEqual([3, 3, 3]);
});

test("a place on an axis is found by halving", () => {
  expect([0, 1, 2.5, 9].map((value) => atLeast([1, 2, 3], value))).toEqual([0, 0, 2, 3]);
});
