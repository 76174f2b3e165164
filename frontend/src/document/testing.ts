/** Builders for tests: documents in a line or two. */

import type { Catalogue, LayerTypeDescription } from "../schema";
import { type PortLookup, portLookup } from "./ports";
import type { Document, Layer, Node } from "./types";

/** `documentOf({first: ["Input"], lstm: ["LSTM", "first"]})`: one layer a node, single port `inputs`. */
export function documentOf(nodes: {
  readonly [node: string]: readonly [type: string, ...sources: string[]];
}): Document {
  const layers: Record<string, Layer> = {};
  const calls: Record<string, Node> = {};
  for (const [id, [type, ...sources]] of Object.entries(nodes)) {
    layers[id] = { type };
    calls[id] = sources.length > 0 ? { layer: id, inputs: { inputs: sources } } : { layer: id };
  }
  return {
    format: "layerloom/1",
    name: "Test",
    models: { main: { layers, nodes: calls } },
    training: { model: "main" },
  };
}

/** Two inputs through one LSTM into a merge: the shared layer of the documentation. */
export function siamese(): Document {
  return {
    format: "layerloom/1",
    name: "Same digit?",
    models: {
      main: {
        layers: {
          first: { type: "Input", config: { shape: [8, 8] } },
          second: { type: "Input", config: { shape: [8, 8] } },
          shared_lstm: { type: "LSTM", config: { units: 64 } },
          merge: { type: "Concatenate" },
          same: { type: "Output" },
        },
        nodes: {
          first: { layer: "first" },
          second: { layer: "second" },
          encoded_a: { layer: "shared_lstm", inputs: { sequence: ["first"] } },
          encoded_b: { layer: "shared_lstm", inputs: { sequence: ["second"] } },
          merge: { layer: "merge", inputs: { inputs: ["encoded_a", "encoded_b"] } },
          same: { layer: "same", inputs: { inputs: ["merge"] } },
        },
      },
    },
    training: {
      model: "main",
      data: {
        dataset: "digit-pairs",
        inputs: { first: "first", second: "second" },
        targets: { same: "same" },
      },
      outputs: { same: { loss: "binary_crossentropy" } },
    },
    view: { main: { nodes: { first: [0, 0], second: [0, 120], encoded_a: [260, 0] } } },
  };
}

function layer(
  type: string,
  inputs: LayerTypeDescription["inputs"],
  outputs: readonly string[] = ["output"],
): LayerTypeDescription {
  return {
    type,
    category: "core",
    summary: "",
    documentation: "",
    schema: {},
    inputs,
    outputs: outputs.map((name) => ({ name, description: "" })),
    search_words: [],
    examples: [],
  };
}

const one = { name: "inputs", description: "", least: 1, most: 1 };
const many = { name: "inputs", description: "", least: 2, most: null };

export const catalogue: Catalogue = {
  layers: [
    layer("Input", []),
    layer("Output", [one], []),
    layer("Dense", [one]),
    layer("Concatenate", [many]),
    layer("Add", [many]),
    layer("LSTM", [
      { name: "sequence", description: "", least: 1, most: 1 },
      { name: "initial_state", description: "", least: 0, most: 2 },
    ]),
    layer("TimeDistributed", [one]),
  ],
  optimizers: [],
  losses: [],
  metrics: [],
  callbacks: [],
  schedules: [],
  encoders: [],
};

export function portsIn(document: Document, model = "main"): PortLookup {
  return portLookup(document, model, catalogue);
}

/** The document after a command; throws where it was refused. */
export function changed(document: Document, ...commands: readonly import("./command").Command[]): Document {
  return commands.reduce((current, command) => {
    const outcome = command.apply(current);
    if (outcome.refused) throw new Error(`${command.kind} was refused: ${outcome.refused.code}`);
    return outcome.document;
  }, document);
}
