import { expect, test } from "vitest";
import { curveBetween, curveBox, distanceToCurve, nodeHeight, pointOnCurve, portHeight } from "./geometry";

const port = (name: string) => ({ name, description: "", least: 1, most: 1 });

test("a node with only ordinary ports is as high as its header, with its ports beside it", () => {
  const ports = { inputs: [port("inputs")], outputs: [port("output")] };

  expect(nodeHeight(ports)).toBe(48);
  expect(portHeight(ports, 0)).toBe(24);
});

test("a named port gets a row of its own", () => {
  const ports = { inputs: [port("sequence"), port("initial_state")], outputs: [port("output")] };

  expect(nodeHeight(ports)).toBe(48 + 2 * 22 + 6);
  expect(portHeight(ports, 1) - portHeight(ports, 0)).toBe(22);
});

test("a curve begins and ends at its ports and lies in its box, also when it runs backwards", () => {
  for (const [x1, y1, x2, y2] of [
    [0, 0, 300, 80],
    [300, 40, -200, 0],
    [0, 0, 0, 200],
  ] as const) {
    const curve = curveBetween(x1, y1, x2, y2);
    const box = curveBox(curve);

    expect(pointOnCurve(curve, 0)).toEqual({ x: x1, y: y1 });
    expect(pointOnCurve(curve, 1)).toEqual({ x: x2, y: y2 });
    for (let t = 0; t <= 1; t += 0.05) {
      const { x, y } = pointOnCurve(curve, t);
      expect(x).toBeGreaterThanOrEqual(box.x - 1e-9);
      expect(x).toBeLessThanOrEqual(box.x + box.width + 1e-9);
      expect(y).toBeGreaterThanOrEqual(box.y - 1e-9);
      expect(y).toBeLessThanOrEqual(box.y + box.height + 1e-9);
    }
  }
});

test("distance to a curve is nought on it and grows away from it", () => {
  const curve = curveBetween(0, 0, 400, 0);

  expect(distanceToCurve(pointOnCurve(curve, 0.37), curve)).toBeLessThan(0.5);
  expect(distanceToCurve({ x: 200, y: 30 }, curve)).toBeCloseTo(30, 5);
});
