import { describe, expect, it } from "vitest";
import { canonicalText } from "./canonical";
import { arranged } from "./layout";
import { snakeCase, uniqueId } from "./names";

describe("canonical text", () => {
  it("sorts keys at every depth, keeps lists in order, ends with a line", () => {
    expect(canonicalText({ b: [2, 1], a: { d: 1, c: undefined } })).toBe(
      '{\n  "a": {\n    "d": 1\n  },\n  "b": [\n    2,\n    1\n  ]\n}\n',
    );
  });
});

describe("names", () => {
  it("are made from types as a person would write them", () => {
    expect(
      ["LSTM", "Conv2D", "MaxPooling2D", "GlobalAveragePooling2D", "Conv2DTranspose", "TimeDistributed"].map(
        snakeCase,
      ),
    ).toEqual([
      "lstm",
      "conv2d",
      "max_pooling2d",
      "global_average_pooling2d",
      "conv2d_transpose",
      "time_distributed",
    ]);
    expect(snakeCase("相同数字")).toBe("node");
  });

  it("count on from a number at their end", () => {
    const taken = new Set(["lstm", "lstm_2"]);

    expect(uniqueId("lstm_2", (id) => taken.has(id))).toBe("lstm_3");
  });
});

describe("arranging", () => {
  it("leaves above what was above", () => {
    const size = { width: 100, height: 40 };
    const edges = ["a", "b", "c"].map((source) => ({ source, target: "merge" }));
    for (const order of [
      ["a", "b", "c"],
      ["c", "b", "a"],
    ]) {
      const positions = arranged({ nodes: [...order, "merge"].map((id) => ({ id, ...size })), edges });
      const rows = order.map((id) => positions[id]![1]);
      expect(rows).toEqual([...rows].sort((one, other) => one - other));
    }
  });

  it("puts what is read to the left of its reader, and nothing over something else", () => {
    const size = { width: 100, height: 40 };
    const positions = arranged({
      nodes: ["a", "b", "c"].map((id) => ({ id, ...size })),
      edges: [
        { source: "a", target: "c" },
        { source: "b", target: "c" },
        { source: "b", target: "not there" },
      ],
    });

    expect(positions.a![0]).toBeLessThan(positions.c![0]);
    expect(Math.abs(positions.a![1] - positions.b![1])).toBeGreaterThanOrEqual(40);
  });
});
