import { expect, test } from "vitest";
import { documentOf, sceneOf } from "../testing/build";
import { pointOnCurve } from "./geometry";
import { edgeAt, nodeAt, portAt, portPoint } from "./hits";

const scene = sceneOf(
  documentOf(
    { a: "Input", b: ["Dense", { inputs: ["a"] }], over: "Input" },
    { a: [0, 0], b: [400, 100], over: [20, 10] },
  ),
);

test("of nodes that lie on one another the one drawn last is hit", () => {
  expect(nodeAt(scene, { x: 30, y: 20 })?.id).toBe("over");
  expect(nodeAt(scene, { x: 5, y: 5 })?.id).toBe("a");
  expect(nodeAt(scene, { x: 300, y: 300 })).toBeNull();
});

test("an edge is hit on its curve and near it, not far from it", () => {
  const { x, y } = pointOnCurve(scene.edges[0]!.curve, 0.5);

  expect(edgeAt(scene, { x, y: y + 4 }, 7)?.id).toBe("a.output->b.inputs");
  expect(edgeAt(scene, { x, y: y + 40 }, 7)).toBeNull();
});

test("the nearest port within reach is hit", () => {
  const b = scene.byId.get("b")!;
  const { x, y } = portPoint(b, b.inputs[0]!);

  expect(portAt(scene, { x: x - 10, y: y + 3 }, 22)).toMatchObject({
    node: { id: "b" },
    port: { kind: "input" },
  });
  expect(portAt(scene, { x: x - 40, y }, 22)).toBeNull();
});
