import { describe, expect, it } from "vitest";
import { changed, siamese } from "../testing";
import { bindColumn, deleteNodes, renameNode, setSampleWeights, setSplit } from ".";

const model = "main";
const weighted = () => changed(siamese(), setSampleWeights({ output: "same", column: "certainty" }));

describe("the weights of rows", () => {
  it("go with their output, and are taken away without a trace", () => {
    const renamed = changed(weighted(), renameNode({ model, node: "same", to: "alike" }));
    const without = changed(weighted(), setSampleWeights({ output: "same", column: null }));

    expect(renamed.training?.data?.sample_weights).toEqual({ alike: "certainty" });
    expect(changed(weighted(), deleteNodes({ model, nodes: ["same"] })).training?.data).toMatchObject({
      sample_weights: {},
    });
    expect(without).toEqual(siamese());
  });
});

describe("the split", () => {
  it("stands beside the columns and is taken away without a trace", () => {
    const split = { by: "random", validation: 0.1, test: 0.1, seed: 3 } as const;
    const divided = changed(siamese(), setSplit({ split }));

    expect(divided.training?.data).toEqual({ ...siamese().training?.data, split });
    expect(changed(divided, setSplit({ split: null }))).toEqual(siamese());
  });

  it("is one step of undo while it is dragged, and so is an encoder's field while it is typed into", () => {
    const split = { by: "order", validation: 0.1, test: 0.1 } as const;
    const keyOf = (field: string) => setSplit({ split, field }).coalesce;
    const bound = (field?: string) =>
      bindColumn({ side: "inputs", node: "first", column: "first", field }).coalesce;

    expect(keyOf("shares")).toBe(keyOf("shares"));
    expect(keyOf("shares")).not.toBe(keyOf("seed"));
    expect(bound("encoder.config.length")).toBe("bindColumn:inputs.first.encoder.config.length");
    expect(bound()).toBeUndefined();
  });
});
