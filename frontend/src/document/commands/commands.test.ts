import { describe, expect, it } from "vitest";
import { fragmentFromText, fragmentToText } from "../clipboard";
import { edgesOf } from "../ports";
import { inputsOf, outputsOf } from "../questions";
import { changed, documentOf, portsIn, siamese } from "../testing";
import type { Document } from "../types";
import {
  addLayerNode,
  addModel,
  batch,
  bindColumn,
  callAgain,
  changeLayerType,
  connect,
  copyNodes,
  deleteModel,
  deleteNodes,
  disconnect,
  duplicateNodes,
  groupIntoModel,
  makeIndependent,
  paste,
  renameModel,
  renameNode,
  reorderEdge,
  setConfig,
} from ".";

const main = (document: Document) => document.models.main!;
const model = "main";

describe("adding", () => {
  it("gives readable ids that are free", () => {
    const once = changed(siamese(), addLayerNode({ model, type: "LSTM", position: [10.4, 20.6] }));
    const twice = changed(once, addLayerNode({ model, type: "LSTM", position: [0, 0] }));

    expect(Object.keys(main(twice).nodes)).toEqual(expect.arrayContaining(["lstm", "lstm_2"]));
    expect(twice.view?.main?.nodes?.lstm).toEqual([10, 21]);
  });

  it("an Output puts it into the training section with its loss still to choose", () => {
    const document = changed(siamese(), addLayerNode({ model, type: "Output", position: [0, 0] }));

    expect(document.training?.outputs?.output).toEqual({ loss: null });
  });

  it("from an edge's end wires the new node", () => {
    const document = changed(
      siamese(),
      addLayerNode({
        model,
        type: "Dense",
        config: { units: 4 },
        position: [0, 0],
        from: { source: "merge", port: "inputs" },
        to: { node: "same", port: "inputs", index: 0 },
      }),
    );

    expect(main(document).nodes.dense?.inputs).toEqual({ inputs: ["merge"] });
    expect(main(document).nodes.same?.inputs).toEqual({ inputs: ["dense"] });
  });

  it("a model into itself is refused", () => {
    const outcome = addLayerNode({ model, type: "Model", config: { model: "main" }, position: [0, 0] }).apply(
      siamese(),
    );

    expect(outcome.refused?.code).toBe("model.contains_itself");
  });
});

describe("weight identity", () => {
  it("call again makes another node of the same layer", () => {
    const document = changed(siamese(), callAgain({ model, node: "encoded_a" }));

    expect(main(document).nodes.encoded_a_2).toEqual({ layer: "shared_lstm" });
    expect(Object.keys(main(document).layers)).toHaveLength(5);
  });

  it("duplicate makes a new layer with the same config", () => {
    const document = changed(siamese(), duplicateNodes({ model, nodes: ["encoded_a"] }));

    const copy = main(document).nodes.encoded_a_2!;
    expect(copy.layer).not.toBe("shared_lstm");
    expect(main(document).layers[copy.layer]).toEqual({ type: "LSTM", config: { units: 64 } });
  });

  it("duplicating both calls of a shared layer keeps them sharing, a layer of their own", () => {
    const document = changed(
      siamese(),
      duplicateNodes({ model, nodes: ["encoded_a", "encoded_b", "merge"] }),
    );

    const { nodes } = main(document);
    expect(nodes.encoded_a_2?.layer).toBe(nodes.encoded_b_2?.layer);
    expect(nodes.encoded_a_2?.layer).not.toBe("shared_lstm");
    expect(nodes.merge_2?.inputs).toEqual({ inputs: ["encoded_a_2", "encoded_b_2"] });
  });

  it("make independent gives one node its own copy of the layer", () => {
    const document = changed(siamese(), makeIndependent({ model, node: "encoded_b" }));

    expect(main(document).nodes.encoded_b?.layer).toBe("encoded_b");
    expect(main(document).layers.encoded_b).toEqual({ type: "LSTM", config: { units: 64 } });
    expect(main(document).nodes.encoded_a?.layer).toBe("shared_lstm");
    expect(makeIndependent({ model, node: "merge" }).apply(document).refused?.code).toBe("layer.not_shared");
  });
});

describe("edges", () => {
  it("into a port that takes one replace the one that is there", () => {
    const start = siamese();
    const document = changed(
      start,
      connect(
        {
          model,
          source: { node: "second", port: "output" },
          target: { node: "encoded_a", port: "sequence" },
        },
        portsIn(start),
      ),
    );

    expect(main(document).nodes.encoded_a?.inputs).toEqual({ sequence: ["second"] });
  });

  it("into a merge stand in order and can be moved", () => {
    const start = siamese();
    const ports = portsIn(start);
    const document = changed(
      start,
      connect(
        { model, source: { node: "first", port: "output" }, target: { node: "merge", port: "inputs" } },
        ports,
      ),
    );
    const edge = edgesOf(main(document), ports).find(({ id }) => id === "first.output->merge.inputs")!;

    expect(main(changed(document, reorderEdge({ model, edge, to: 0 }))).nodes.merge?.inputs?.inputs).toEqual([
      "first",
      "encoded_a",
      "encoded_b",
    ]);
  });

  it("that close a circle, or lead to no port, are refused with the reason", () => {
    const start = siamese();
    const refused = (source: string, target: string, port: string) =>
      connect(
        { model, source: { node: source, port: "output" }, target: { node: target, port } },
        portsIn(start),
      ).apply(start).refused?.code;

    expect(refused("merge", "encoded_a", "sequence")).toBe("edge.cycle");
    expect(refused("merge", "merge", "inputs")).toBe("edge.to_itself");
    expect(refused("first", "encoded_a", "query")).toBe("port.unknown");
  });

  it("a port that takes two is full with two", () => {
    let document = documentOf({ a: ["Input"], b: ["Input"], c: ["Input"], lstm: ["LSTM"] });
    const wire = (node: string) =>
      connect(
        { model, source: { node, port: "output" }, target: { node: "lstm", port: "initial_state" } },
        portsIn(document),
      );
    document = changed(document, wire("a"), wire("b"));

    expect(wire("c").apply(document).refused?.code).toBe("port.full");
  });

  it("are removed one by one, and a port without edges is left out", () => {
    const start = siamese();
    const edges = edgesOf(main(start), portsIn(start));
    const one = edges.filter(({ id }) => id === "encoded_a.output->merge.inputs");
    const document = changed(start, disconnect({ model, edges: one }));

    expect(main(document).nodes.merge?.inputs).toEqual({ inputs: ["encoded_b"] });
    expect(
      main(changed(start, disconnect({ model, edges: edges.filter(({ target }) => target.node === "same") })))
        .nodes.same,
    ).toEqual({ layer: "same" });
  });
});

describe("deleting", () => {
  it("takes the node's edges, its position, its training and its layer with it", () => {
    const document = changed(siamese(), deleteNodes({ model, nodes: ["same", "first"] }));

    expect(main(document).layers.same).toBeUndefined();
    expect(main(document).nodes.encoded_a).toEqual({ layer: "shared_lstm" });
    expect(document.view?.main?.nodes?.first).toBeUndefined();
    expect(document.training?.outputs).toEqual({});
    expect(document.training?.data?.inputs).toEqual({ second: "second" });
  });

  it("one call of a shared layer leaves the layer to the other", () => {
    const document = changed(siamese(), deleteNodes({ model, nodes: ["encoded_a"] }));

    expect(main(document).layers.shared_lstm).toBeDefined();
  });

  it("a wrapper takes along what only it wraps", () => {
    const start = changed(
      documentOf({ inner: ["Dense"], each: ["TimeDistributed"] }),
      setConfig({ model, layer: "each", field: "layer", value: "inner" }),
    );

    const kept = changed(start, deleteNodes({ model, nodes: ["inner"] }));
    const gone = changed(kept, deleteNodes({ model, nodes: ["each"] }));

    expect(main(kept).layers.inner).toBeDefined();
    expect(main(gone).layers).toEqual({});
  });
});

describe("renaming", () => {
  it("a node is renamed everywhere", () => {
    const document = changed(siamese(), renameNode({ model, node: "first", to: "left" }));

    expect(main(document).nodes.left).toEqual({ layer: "left" });
    expect(main(document).layers.left).toBeDefined();
    expect(main(document).nodes.encoded_a?.inputs).toEqual({ sequence: ["left"] });
    expect(document.view?.main?.nodes?.left).toEqual([0, 0]);
    expect(document.training?.data?.inputs).toEqual({ left: "first", second: "second" });
  });

  it("an output of a model is renamed where the model is called", () => {
    const start: Document = {
      ...siamese(),
      models: {
        vision: main(documentOf({ image: ["Input"], code: ["Output", "image"], rest: ["Output", "image"] })),
        main: {
          layers: {
            eye: { type: "Model", config: { model: "vision" } },
            dense: { type: "Dense" },
            x: { type: "Input" },
          },
          nodes: {
            x: { layer: "x" },
            eye: { layer: "eye", inputs: { image: ["x"] } },
            dense: { layer: "dense", inputs: { inputs: ["eye.code"] } },
          },
        },
      },
    };

    const document = changed(
      start,
      renameNode({ model: "vision", node: "code", to: "features" }),
      renameNode({ model: "vision", node: "image", to: "picture" }),
      renameModel({ model: "vision", to: "sight" }),
    );

    expect(main(document).nodes.dense?.inputs).toEqual({ inputs: ["eye.features"] });
    expect(main(document).nodes.eye?.inputs).toEqual({ picture: ["x"] });
    expect(main(document).layers.eye?.config).toEqual({ model: "sight" });
  });

  it("the order of a model's ends speaks of them by their new names", () => {
    const start: Document = {
      ...siamese(),
      models: {
        main: {
          ...main(documentOf({ b: ["Input"], a: ["Input"], p: ["Output", "a"], q: ["Output", "b"] })),
          inputs: ["b", "a"],
          outputs: { label: "q", score: ["p"] },
        },
      },
    };

    const document = changed(
      start,
      renameNode({ model, node: "b", to: "z" }),
      renameNode({ model, node: "p", to: "points" }),
    );

    expect(main(document).inputs).toEqual(["z", "a"]);
    expect(main(document).outputs).toEqual({ label: "q", score: ["points"] });
    expect(inputsOf(main(document))).toEqual(["z", "a"]);
    expect(outputsOf(main(document))).toEqual(["q", "points"]);
  });

  it("refuses a name that is taken or is none", () => {
    expect(renameNode({ model, node: "first", to: "second" }).apply(siamese()).refused?.code).toBe(
      "id.taken",
    );
    expect(renameNode({ model, node: "first", to: "2 much" }).apply(siamese()).refused?.code).toBe(
      "id.invalid",
    );
  });
});

describe("layers and training", () => {
  it("a merge changes its mode and keeps its edges", () => {
    const document = changed(siamese(), changeLayerType({ model, layer: "merge", type: "Add" }));

    expect(main(document).layers.merge).toEqual({ type: "Add" });
    expect(main(document).nodes.merge?.inputs?.inputs).toHaveLength(2);
  });

  it("a field set to undefined goes back to its default", () => {
    const document = changed(
      siamese(),
      setConfig({ model, layer: "shared_lstm", field: "units", value: undefined }),
    );

    expect(main(document).layers.shared_lstm).toEqual({ type: "LSTM" });
  });

  it("a column is bound and unbound", () => {
    const bound = changed(siamese(), bindColumn({ side: "targets", node: "same", column: ["a", "b"] }));

    expect(bound.training?.data?.targets).toEqual({ same: ["a", "b"] });
    expect(
      changed(bound, bindColumn({ side: "targets", node: "same", column: null })).training?.data?.targets,
    ).toEqual({});
  });
});

describe("copies", () => {
  it("go through text into another document", () => {
    const text = fragmentToText(copyNodes(siamese(), model, ["encoded_a", "encoded_b", "merge"])!);
    const document = changed(
      documentOf({ merge: ["Add"] }),
      paste({ model, fragment: fragmentFromText(text)!, offset: [40, 40] }),
    );

    expect(main(document).nodes.merge_2?.inputs).toEqual({ inputs: ["encoded_a", "encoded_b"] });
    expect(main(document).nodes.encoded_a).toEqual({ layer: "shared_lstm" });
    expect(document.view?.main?.nodes?.encoded_a).toEqual([300, 40]);
  });

  it("of other text are no fragment", () => {
    expect(fragmentFromText("hello")).toBeNull();
    expect(
      fragmentFromText('{"format": "layerloom/fragment/1", "nodes": {"a": null}, "layers": {}}'),
    ).toBeNull();
  });
});

describe("models", () => {
  it("a selection becomes a model, called where it stood", () => {
    const start = siamese();
    const document = changed(
      start,
      groupIntoModel(
        { model, nodes: ["encoded_a", "encoded_b", "merge"], name: "Twin encoder" },
        {
          ports: portsIn(start),
          specOf: () => ({ shape: [null, 8, 8], dtype: "float32", axes: [], masked: false, label: "" }),
        },
      ),
    );

    const twin = document.models.twin_encoder!;
    expect(main(document).nodes.twin_encoder).toEqual({
      layer: "twin_encoder",
      inputs: { first: ["first"], second: ["second"] },
    });
    expect(main(document).nodes.same?.inputs).toEqual({ inputs: ["twin_encoder"] });
    expect(main(document).layers.shared_lstm).toBeUndefined();
    expect(twin.layers.first).toEqual({ type: "Input", config: { shape: [8, 8] } });
    expect(twin.nodes.encoded_a).toEqual({ layer: "shared_lstm", inputs: { sequence: ["first"] } });
    expect(twin.nodes.merge_output?.inputs).toEqual({ inputs: ["merge"] });
  });

  it("a selection that shares a layer with a node outside is refused", () => {
    const start = siamese();
    const group = groupIntoModel(
      { model, nodes: ["encoded_a"], name: "half" },
      { ports: portsIn(start), specOf: () => undefined },
    );

    expect(group.apply(start).refused).toEqual({
      code: "group.shared",
      values: { node: "encoded_a", other: "encoded_b" },
    });
  });

  it("a definition in use can't be deleted", () => {
    const start = changed(siamese(), addModel({ name: "Vision" }));
    const used = changed(
      start,
      addLayerNode({ model, type: "Model", config: { model: "vision" }, position: [0, 0] }),
    );

    expect(deleteModel({ model: "vision" }).apply(used).refused?.code).toBe("model.used");
    expect(changed(start, deleteModel({ model: "vision" })).models).toEqual(siamese().models);
  });
});

describe("a batch", () => {
  it("is refused as a whole and changes nothing", () => {
    const start = siamese();
    const outcome = batch("both", [
      deleteNodes({ model, nodes: ["first"] }),
      renameNode({ model, node: "first", to: "left" }),
    ]).apply(start);

    expect(outcome.refused?.code).toBe("node.unknown");
    expect(start).toEqual(siamese());
  });
});
