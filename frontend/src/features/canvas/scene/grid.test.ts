import fc from "fast-check";
import { expect, test } from "vitest";
import { type Box, touches } from "./geometry";
import { SpatialGrid } from "./grid";

const box: fc.Arbitrary<Box> = fc.record({
  x: fc.integer({ min: -20_000, max: 20_000 }),
  y: fc.integer({ min: -20_000, max: 20_000 }),
  width: fc.integer({ min: 0, max: 9_000 }),
  height: fc.integer({ min: 0, max: 2_000 }),
});

test("the grid finds what a walk over all boxes finds, in their order, each once", () => {
  fc.assert(
    fc.property(fc.array(box, { maxLength: 60 }), box, (boxes, asked) => {
      const expected = boxes.flatMap((one, index) => (touches(one, asked) ? [index] : []));

      expect(new SpatialGrid(boxes).inside(asked)).toEqual(expected);
    }),
  );
});

test("an empty grid finds nothing", () => {
  expect(new SpatialGrid([]).inside({ x: 0, y: 0, width: 1e9, height: 1e9 })).toEqual([]);
});
