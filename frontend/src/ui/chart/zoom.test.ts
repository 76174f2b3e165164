import { describe, expect, it } from "vitest";

import { nearestIndex, nearestValue, valuesAt } from "./hover";
import { moved, within, zoomed } from "./zoom";

const all = [0, 100] as const;

describe("zooming", () => {
  it("keeps what is under the pointer where it is", () => {
    expect(zoomed(null, all, 25, 0.5)).toEqual([12.5, 62.5]);
  });

  it("out of everything shows everything", () => {
    expect(zoomed([10, 60], all, 25, 4)).toBeNull();
    expect(within([-5, 200], all)).toBeNull();
  });

  it("ends where there is nothing more to see", () => {
    expect(zoomed([50, 50.01], all, 50, 0.5)).toEqual([50, 50.01]);
  });

  it("moves by a share of what is shown, not over the ends", () => {
    expect(moved([20, 40], all, 0.5)).toEqual([30, 50]);
    expect(moved([80, 99], all, 0.5)).toEqual([81, 100]);
    expect(moved(null, all, 0.5)).toBeNull();
  });
});

describe("the crosshair", () => {
  const axis = [1, 2, 3, 4, 100];

  it("finds each curve's nearest value, and none where the curve has ended", () => {
    const validation = [undefined, 5, undefined, 6, undefined];

    expect(nearestValue(validation, axis, 2)).toBe(1);
    expect(nearestValue(validation, axis, 3)).toBe(3);
    expect(nearestValue(validation, axis, 0)).toBe(1);
    expect(nearestValue(validation, axis, 4)).toBeNull();
    expect(nearestValue([null, null], [1, 2], 0)).toBeNull();
  });

  it("tells every curve, and what happened there", () => {
    const curves = [
      { label: "a", color: "red", column: [1, 2, 3, 4, 5] },
      { label: "b", color: "blue", column: [undefined, 0.25, undefined, undefined, undefined] },
    ];
    const marks = [{ x: 2.2, label: "paused", detail: "Paused" }];
    const rings = [{ key: "a", x: 90, y: 1, color: "red", label: "best" }];

    expect(valuesAt(1, axis, curves, marks, rings, (x) => `Step ${x}`, 0.5)).toEqual({
      head: "Step 2",
      values: [
        { label: "a", color: "red", value: "2.000" },
        { label: "b", color: "blue", value: "0.2500" },
      ],
      notes: ["Paused"],
    });
  });

  it("stands at the nearest point", () => {
    expect([0, 1.4, 1.6, 60, 1000].map((x) => nearestIndex(axis, x))).toEqual([0, 0, 1, 4, 4]);
  });
});
