import { describe, expect, it } from "vitest";
import { firstInstance, weightsOwner } from "../document/instances";
import { HEAT_LEVELS, heatOf, historyOf, type Measured, MOST_MEASURED, withMeasured } from "./layerStats";

const HERE = { layers: "", nodes: "" };

function measured(
  seq: number,
  norms: { [layer: string]: number | null },
  dead: { [node: string]: number } = {},
): Measured {
  const bins = { edges: [0, 1], counts: [1] };
  return {
    seq,
    epoch: 1,
    step: seq,
    layers: Object.fromEntries(
      Object.entries(norms).map(([layer, norm]) => [
        layer,
        { weight_norm: 1, gradient_norm: norm, update_ratio: norm, weights: bins, gradients: bins },
      ]),
    ),
    nodes: Object.fromEntries(
      Object.entries(dead).map(([node, share]) => [node, { mean: 0, deviation: 1, dead_fraction: share }]),
    ),
  };
}

describe("what was measured", () => {
  it("is taken once, thinned when it grows, and keeps its newest", () => {
    const all = Array.from({ length: 1000 }, (_, index) => measured(index + 1, {}));

    let kept: readonly Measured[] = [];
    for (const one of all) kept = withMeasured(kept, [one, one]);

    expect(kept.length).toBeLessThanOrEqual(2 * MOST_MEASURED);
    expect(kept[0]!.seq).toBe(1);
    expect(kept.at(-1)!.seq).toBe(1000);
    expect(withMeasured(kept, all)).toBe(kept);
    const seqs = kept.map(({ seq }) => seq);
    expect([...seqs].sort((a, b) => a - b)).toEqual(seqs);
  });

  it("of one layer leaves out the moments at which it was not", () => {
    const history = historyOf([measured(1, { a: 1 }), measured(2, {}), measured(3, { a: 3 })], "a");

    expect(history.moments.map(({ step }) => step)).toEqual([1, 3]);
    expect(history.measures.map((one) => one.gradient_norm)).toEqual([1, 3]);
  });
});

describe("shades", () => {
  const nodes = [
    { id: "x", layer: "small" },
    { id: "y", layer: "middle" },
    { id: "z", layer: "large" },
    { id: "none", layer: "frozen" },
  ];

  it("of norms go by their logarithm, and a layer without a gradient has none", () => {
    const heat = heatOf(
      measured(1, { small: 0.001, middle: 0.1, large: 10, frozen: null }),
      "gradient_norm",
      nodes,
      HERE,
    )!;

    expect([...heat.nodes.keys()]).toEqual(["x", "y", "z"]);
    expect(heat.nodes.get("x")!.level).toBe(0);
    expect(heat.nodes.get("y")!.level).toBe((HEAT_LEVELS - 1) / 2);
    expect(heat.nodes.get("z")!.level).toBe(HEAT_LEVELS - 1);
    expect([heat.least, heat.most]).toEqual([0.001, 10]);
  });

  it("of the dead fraction go from 0 to 1 whatever was measured", () => {
    const heat = heatOf(measured(1, {}, { x: 0, y: 0.5 }), "dead_fraction", nodes, HERE)!;

    expect([heat.least, heat.most]).toEqual([0, 1]);
    expect(heat.nodes.get("y")!.level).toBe((HEAT_LEVELS - 1) / 2);
  });

  it("of nothing are none; a zero gradient is the least", () => {
    expect(heatOf(undefined, "deviation", nodes, HERE)).toBeNull();
    expect(heatOf(measured(1, {}), "deviation", nodes, HERE)).toBeNull();
    const heat = heatOf(measured(1, { small: 0, large: 1 }), "update_ratio", nodes, HERE)!;
    expect(heat.nodes.get("x")!.level).toBe(0);
  });

  it("inside a called model are those of its first instance, by path", () => {
    const document = {
      format: "layerloom/1",
      name: "",
      models: {
        main: {
          layers: { vision: { type: "Model", config: { model: "encoder" } } },
          nodes: { left: { layer: "vision" }, right: { layer: "vision" } },
        },
        encoder: { layers: { small: { type: "Dense" } }, nodes: { x: { layer: "small" } } },
        lonely: { layers: {}, nodes: {} },
      },
    };
    const place = firstInstance(document, "main", "encoder")!;

    expect(place).toEqual({ layers: "vision/", nodes: "left/" });
    expect(firstInstance(document, "main", "main")).toEqual(HERE);
    expect(firstInstance(document, "main", "lonely")).toBeNull();
    const heat = heatOf(measured(1, { "vision/small": 2 }), "gradient_norm", [nodes[0]!], place)!;
    expect(heat.nodes.get("x")!.value).toBe(2);
  });

  it("of a wrapper are its own, else those of the layer that it names", () => {
    const layers = {
      each: { type: "TimeDistributed", config: { layer: "both" } },
      both: { type: "Bidirectional", config: { layer: "lstm" } },
      lstm: { type: "LSTM" },
      circle: { type: "TimeDistributed", config: { layer: "circle" } },
    };

    const owners = Object.keys(layers).map((layer) => weightsOwner({ layers, nodes: {} }, layer));

    expect(owners).toEqual(["lstm", "lstm", "lstm", "circle"]);
    const node = { id: "n", layer: "both", owner: "lstm" };
    const norm = (norms: { [layer: string]: number }) =>
      heatOf(measured(1, norms), "gradient_norm", [node], HERE)!.nodes.get("n")!.value;
    expect(norm({ lstm: 2 })).toBe(2);
    expect(norm({ lstm: 2, both: 3 })).toBe(3);
  });

  it("of a called model are those of its layers as one", () => {
    const found = measured(1, { "vision/small": 3, "vision/large": 4, visionary: 100 });
    const called = [{ id: "left", layer: "vision" }];

    expect(heatOf(found, "gradient_norm", called, HERE)!.nodes.get("left")!.value).toBe(5);
    expect(heatOf(found, "update_ratio", called, HERE)!.nodes.get("left")!.value).toBeCloseTo(5 / Math.SQRT2);
  });
});
