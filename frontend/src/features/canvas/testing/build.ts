/** Small models for tests: `sceneOf({a: "Input", b: ["Dense", {inputs: ["a"]}]})`. */

import { portLookup } from "../../../document/ports";
import type { Document, Model, Node, Position } from "../../../document/types";
import type { Catalogue, InputPort, LayerTypeDescription } from "../../../schema";
import { buildScene, type Scene } from "../scene/scene";

const one: InputPort = { name: "inputs", description: "", least: 1, most: 1 };
const output = { name: "output", description: "" };

function layerType(
  type: string,
  inputs: readonly InputPort[],
  outputs = [output],
  category = "core",
): LayerTypeDescription {
  return {
    type,
    category,
    summary: "",
    documentation: "",
    schema: {},
    inputs,
    outputs,
    search_words: [],
    examples: [],
  };
}

export const catalogue: Catalogue = {
  layers: [
    layerType("Input", []),
    layerType("Output", [one], []),
    layerType("Dense", [one]),
    layerType("Add", [{ ...one, most: null }], undefined, "merging"),
    layerType("LSTM", [
      { ...one, name: "sequence" },
      { name: "initial_state", description: "", least: 0, most: 2 },
    ]),
  ],
  optimizers: [],
  losses: [],
  metrics: [],
  callbacks: [],
  schedules: [],
  encoders: [],
};

/** A type, or a type with its inputs; `layer` where the node calls another node's layer. */
export type NodeSketch = string | readonly [type: string, inputs: Node["inputs"], layer?: string];

export function documentOf(
  nodes: { readonly [id: string]: NodeSketch },
  positions: { readonly [id: string]: Position } = {},
): Document {
  const model: { layers: Record<string, { type: string }>; nodes: Record<string, Node> } = {
    layers: {},
    nodes: {},
  };
  for (const [id, sketch] of Object.entries(nodes)) {
    const [type, inputs, layer = id] = typeof sketch === "string" ? [sketch, undefined] : sketch;
    model.layers[layer] ??= { type };
    model.nodes[id] = inputs ? { layer, inputs } : { layer };
  }
  return { format: "layerloom/1", name: "", models: { main: model }, view: { main: { nodes: positions } } };
}

export function modelOf(document: Document): Model {
  return document.models.main!;
}

export function sceneOf(document: Document, before: Scene | null = null): Scene {
  const ports = portLookup(document, "main", catalogue);
  return buildScene({ document, model: "main", catalogue, check: null, ports }, before);
}

/** A long row of nodes, 260 pixels apart. */
export function rowOf(count: number): Document {
  const ids = Array.from({ length: count }, (_, index) => `n${index}`);
  return documentOf(
    Object.fromEntries(
      ids.map((id, index) => [
        id,
        index === 0 ? "Input" : (["Dense", { inputs: [ids[index - 1]!] }] as const),
      ]),
    ),
    Object.fromEntries(ids.map((id, index) => [id, [index * 260, 0] as const])),
  );
}
