import { expect, test } from "vitest";
import { WheelKind, type WheelLike } from "./wheel";

const event = (change: Partial<WheelLike>): WheelLike => ({
  deltaX: 0,
  deltaY: 0,
  deltaMode: 0,
  ctrlKey: false,
  timeStamp: 0,
  ...change,
});

test("a click of a mouse's wheel is no pan", () => {
  const kind = new WheelKind();

  expect(kind.isTrackpadPan(event({ deltaY: 100 }))).toBe(false);
  expect(kind.isTrackpadPan(event({ deltaY: -240 }))).toBe(false);
  expect(kind.isTrackpadPan(event({ deltaY: 3, deltaMode: 1 }))).toBe(false);
});

test("small and sideways steps are two fingers on a trackpad", () => {
  const kind = new WheelKind();

  expect(kind.isTrackpadPan(event({ deltaY: 4 }))).toBe(true);
  expect(kind.isTrackpadPan(event({ deltaX: 80, deltaY: 2 }))).toBe(true);
  expect(kind.isTrackpadPan(event({ deltaY: 47.5 }))).toBe(true);
});

test("a large step within a flick belongs to the flick, a wheel's click after it does not", () => {
  const kind = new WheelKind();
  kind.isTrackpadPan(event({ deltaY: 9, timeStamp: 100 }));

  expect(kind.isTrackpadPan(event({ deltaY: 63, timeStamp: 116 }))).toBe(true);
  expect(kind.isTrackpadPan(event({ deltaY: 120, timeStamp: 140 }))).toBe(false);
  expect(kind.isTrackpadPan(event({ deltaY: 63, timeStamp: 900 }))).toBe(false);
});

test("a pinch zooms", () => {
  expect(new WheelKind().isTrackpadPan(event({ deltaY: 3, ctrlKey: true }))).toBe(false);
});
