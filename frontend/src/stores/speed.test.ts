import { describe, expect, it } from "vitest";
import { Speed } from "./speed";

describe("the speed of an upload", () => {
  it("is not known at once, then that of the last seconds", () => {
    const speed = new Speed();

    expect(speed.at(0, 0)).toBeNull();
    expect(speed.at(1000, 100)).toBeNull();
    expect(speed.at(10_000, 1000)).toBe(10_000);
    for (let second = 2; second <= 10; second += 1) speed.at(10_000 + 1000 * (second - 1), 1000 * second);
    expect(speed.at(20_000, 11_000)).toBeCloseTo(1000);
  });

  it("begins anew after a cut", () => {
    const speed = new Speed();
    speed.at(0, 0);
    speed.at(10_000, 1000);
    speed.reset();

    expect(speed.at(10_000, 60_000)).toBeNull();
  });
});
