import { expect, test } from "vitest";
import { rowOf, sceneOf } from "../testing/build";
import { fitted, moved, seenBox, toPlane, toScreen } from "./viewport";
import { ALWAYS_ELEMENTS, isWindowGood, MOST_ELEMENTS, windowFor } from "./window";

const screen = { width: 1000, height: 600 };
const nobody: ReadonlySet<string> = new Set();
const large = sceneOf(rowOf(1000));

test("a small model is wholly in the page at any zoom", () => {
  const scene = sceneOf(rowOf(ALWAYS_ELEMENTS));

  expect(windowFor(scene, { x: 0, y: 0, zoom: 0.06 }, screen, nobody).nodes).toHaveLength(ALWAYS_ELEMENTS);
});

test("of a large model only what is near the eye is in the page", () => {
  const { nodes } = windowFor(large, { x: -130_000, y: 300, zoom: 1 }, screen, nobody);

  expect(nodes.length).toBeGreaterThan(3);
  expect(nodes.length).toBeLessThan(12);
  expect(nodes).toContain(500);
});

test("a large model from afar is painted alone", () => {
  expect(windowFor(large, { x: 0, y: 0, zoom: 0.05 }, screen, nobody).nodes).toEqual([]);
});

test("a pinned node stays in the page wherever the eye goes", () => {
  expect(windowFor(large, { x: 0, y: 0, zoom: 0.05 }, screen, new Set(["n7"])).nodes).toEqual([7]);
});

test("however many nodes lie on one place, the page holds no more than it can", () => {
  const crowd = sceneOf({
    ...rowOf(2000),
    view: {
      main: { nodes: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`n${i}`, [0, 0] as const])) },
    },
  });

  expect(windowFor(crowd, { x: 0, y: 0, zoom: 1 }, screen, nobody).nodes.length).toBeLessThanOrEqual(
    MOST_ELEMENTS,
  );
});

test("a window serves while the eye moves a little, and no longer when it leaves", () => {
  const view = { x: -130_000, y: 300, zoom: 1 };
  const window = windowFor(large, view, screen, nobody);

  expect(isWindowGood(window, { ...view, x: view.x - 200 }, screen)).toBe(true);
  expect(isWindowGood(window, { ...view, x: view.x - 400 }, screen)).toBe(false);
  expect(isWindowGood(window, { ...view, zoom: 0.4 }, screen)).toBe(false);
});

test("the plane and the screen are each other's inverse", () => {
  const view = { x: 120, y: -40, zoom: 0.7 };
  const point = { x: 33, y: 77 };

  const back = toPlane(view, toScreen(view, point));

  expect(back.x).toBeCloseTo(33);
  expect(back.y).toBeCloseTo(77);
});

test("a fitted view shows the whole box and never magnifies it", () => {
  const box = { x: -500, y: 100, width: 4000, height: 300 };
  const seen = seenBox(fitted(box, screen), screen);

  expect(seen.x).toBeLessThan(box.x);
  expect(seen.x + seen.width).toBeGreaterThan(box.x + box.width);
  expect(fitted({ x: 0, y: 0, width: 10, height: 10 }, screen).zoom).toBe(1);
});

test("to reveal a box the view moves no further than needed", () => {
  const view = { x: 0, y: 0, zoom: 1 };

  expect(moved(view, { x: 100, y: 100, width: 50, height: 50 }, screen)).toBeNull();
  expect(moved(view, { x: 1000, y: 100, width: 100, height: 50 }, screen)).toEqual({
    x: -140,
    y: 0,
    zoom: 1,
  });
});
