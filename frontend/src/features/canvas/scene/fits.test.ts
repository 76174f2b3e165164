import { expect, test } from "vitest";
import { documentOf, modelOf, sceneOf } from "../testing/build";
import { canFollow, Fits, type PortRef } from "./fits";
import { findPort } from "./hits";

const document = documentOf({
  a: "Input",
  b: ["Dense", { inputs: ["a"] }],
  c: ["Dense", { inputs: ["b"] }],
  sum: ["Add", { inputs: ["c"] }],
  cell: ["LSTM", { initial_state: ["a", "b"] }],
  free: "Dense",
  end: "Output",
});
const scene = sceneOf(document);

const ref = (node: string, port: string, kind: PortRef["kind"]): PortRef => ({ node, port, kind });

function refusal(from: PortRef, to: PortRef): string | null {
  return new Fits(modelOf(document), from).refusal(findPort(scene, to.node, to.port, to.kind)!)?.code ?? null;
}

test("an output fits a free input", () => {
  expect(refusal(ref("a", "output", "output"), ref("free", "inputs", "input"))).toBeNull();
});

test("an output fits a wired input that takes one edge: the edge is replaced", () => {
  expect(refusal(ref("a", "output", "output"), ref("c", "inputs", "input"))).toBeNull();
});

test("the same edge again is refused on a single port and allowed on a merge", () => {
  expect(refusal(ref("a", "output", "output"), ref("b", "inputs", "input"))).toBe("edge.twice");
  expect(refusal(ref("c", "output", "output"), ref("sum", "inputs", "input"))).toBeNull();
});

test("two outputs, a node and itself, and a circle are refused, from either end", () => {
  expect(refusal(ref("a", "output", "output"), ref("b", "output", "output"))).toBe("edge.same_kind");
  expect(refusal(ref("b", "output", "output"), ref("b", "inputs", "input"))).toBe("edge.to_itself");
  expect(refusal(ref("c", "output", "output"), ref("b", "inputs", "input"))).toBe("edge.cycle");
  expect(refusal(ref("b", "inputs", "input"), ref("c", "output", "output"))).toBe("edge.cycle");
});

test("a circle's refusal names who would feed whom", () => {
  const fits = new Fits(modelOf(document), ref("b", "inputs", "input"));

  expect(fits.refusal(findPort(scene, "sum", "output", "output")!)?.values).toEqual({
    source: "sum",
    target: "b",
  });
});

test("a port that has all the edges it takes is refused", () => {
  expect(refusal(ref("c", "output", "output"), ref("cell", "initial_state", "input"))).toBe("port.full");
});

test("an edge let go over a node means its first free port", () => {
  const fits = new Fits(modelOf(document), ref("a", "output", "output"));

  expect(fits.portOn(scene.byId.get("cell")!)).toMatchObject({ port: { name: "sequence" } });
  expect(fits.portOn(scene.byId.get("c")!)).toMatchObject({ port: { name: "inputs" } });
});

test("a node without a port on that side says so", () => {
  const fits = new Fits(modelOf(document), ref("free", "inputs", "input"));

  expect(fits.portOn(scene.byId.get("end")!)).toMatchObject({ refusal: { code: "node.no_port" } });
});

test("only a type with a port on the other side can follow", () => {
  const input = { name: "inputs", description: "", least: 1, most: 1 };
  const output = { name: "output", description: "" };

  expect(canFollow({ inputs: [], outputs: [output] }, "output")).toBe(false);
  expect(canFollow({ inputs: [input], outputs: [] }, "output")).toBe(true);
  expect(canFollow({ inputs: [input], outputs: [] }, "input")).toBe(false);
});
