import { expect, test } from "vitest";
import { documentOf, sceneOf } from "../testing/build";
import { freeSpot, spotBelow, spotBeside } from "./freeSpot";
import { type Box, containsBox, NODE_WIDTH, overlaps } from "./geometry";

const boxAt = ({ x, y }: { x: number; y: number }, height = 48): Box => ({ x, y, width: NODE_WIDTH, height });

test("an empty place stays as it was wanted", () => {
  expect(freeSpot(sceneOf(documentOf({})), { x: 10.4, y: 20.6 }, 48)).toEqual({ x: 10, y: 21 });
});

test("a hundred nodes added at one point lie on each other nowhere", () => {
  let document = documentOf({});
  const boxes: Box[] = [];
  for (let index = 0; index < 100; index += 1) {
    const spot = freeSpot(sceneOf(document), { x: 0, y: 0 }, 48);
    const box = boxAt(spot);
    expect(boxes.some((other) => overlaps(box, other))).toBe(false);
    boxes.push(box);
    const ids = boxes.map((_, place) => `n${place}`);
    document = documentOf(
      Object.fromEntries(ids.map((id) => [id, "Input"])),
      Object.fromEntries(ids.map((id, place) => [id, [boxes[place]!.x, boxes[place]!.y] as const])),
    );
  }
});

test("a spot within a box lies wholly in it, or there is none", () => {
  const scene = sceneOf(documentOf({ a: "Input" }, { a: [100, 100] }));
  const room = { x: 0, y: 0, width: 500, height: 300 };

  const spot = freeSpot(scene, { x: 100, y: 100 }, 48, room);

  expect(spot && containsBox(room, boxAt(spot))).toBe(true);
  expect(freeSpot(scene, { x: 100, y: 100 }, 48, { ...room, width: 100 })).toBeNull();
});

test("beside means to the right and level, below if that is taken", () => {
  const scene = sceneOf(documentOf({ a: "Input", b: "Input" }, { a: [0, 0], b: [260, 0] }));
  const a = scene.byId.get("a")!;

  const beside = spotBeside(scene, a, 48);

  expect(beside.x).toBe(260);
  expect(overlaps(boxAt(beside), scene.byId.get("b")!)).toBe(false);
  expect(spotBelow(scene, a)).toEqual({ x: 0, y: 76 });
});
