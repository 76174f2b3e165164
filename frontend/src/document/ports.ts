/** Ports of layers and the edges between them, from the document, the catalogue and the last check. */

import type {
  Catalogue,
  CheckedLayer,
  CheckResult,
  InputPort,
  LayerTypeDescription,
  OutputPort,
  Spec,
} from "../schema";
import { inputsOf, outputsOf, writtenEdges } from "./questions";
import type { Document, LayerId, Model, ModelId, NodeId, PortName } from "./types";

export interface Ports {
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
}

/** Answers for one model: the ports of a layer under its config. The same layer gives the same object. */
export type PortLookup = (layer: LayerId) => Ports;

/** Id as in the page's `data-edge`: `first.output->encoded_a.sequence`. */
export type EdgeId = string;

export interface Edge {
  readonly id: EdgeId;
  readonly source: { readonly node: NodeId; readonly port: PortName };
  /** `index`: place among the port's sources. */
  readonly target: { readonly node: NodeId; readonly port: PortName; readonly index: number };
}

const ONE_OUTPUT: readonly OutputPort[] = [{ name: "output", description: "" }];
const ANY_INPUTS: readonly InputPort[] = [{ name: "inputs", description: "", least: 0, most: null }];
const UNKNOWN: Ports = { inputs: ANY_INPUTS, outputs: ONE_OUTPUT };

const typesByName = new WeakMap<Catalogue, ReadonlyMap<string, LayerTypeDescription>>();

export function layerType(catalogue: Catalogue | null, type: string): LayerTypeDescription | undefined {
  if (!catalogue) return undefined;
  let types = typesByName.get(catalogue);
  if (!types) {
    types = new Map(catalogue.layers.map((layer) => [layer.type, layer]));
    typesByName.set(catalogue, types);
  }
  return types.get(type);
}

/**
 * Ports of a model's layers. A model layer's are known from the document at once; others from the check, which
 * knows what a config does to them (`return_state`), else as the catalogue has them.
 *
 * `checked` is the document that `check` is about.
 */
export function portLookup(
  document: Document,
  model: ModelId,
  catalogue: Catalogue | null,
  check: CheckResult | null = null,
  checked: Document | null = null,
): PortLookup {
  const layers = document.models[model]?.layers ?? {};
  const answers = new Map<LayerId, Ports>();

  function answer(layer: LayerId, depth: number): Ports {
    const { type, config } = layers[layer] ?? { type: "", config: undefined };
    if (type === "Model") {
      const definition = typeof config?.model === "string" ? document.models[config.model] : undefined;
      return definition ? portsOfModel(definition) : UNKNOWN;
    }
    if (
      type === "TimeDistributed" &&
      typeof config?.layer === "string" &&
      config.layer in layers &&
      depth < 32
    )
      return answer(config.layer, depth + 1);
    const known = check?.models[model]?.layers[layer];
    const isSameType = checked === null || checked.models[model]?.layers[layer]?.type === type;
    if (known?.inputs && known.outputs && isSameType) return portsOfCheck(known as Ports & CheckedLayer);
    return layerType(catalogue, type) ?? UNKNOWN;
  }

  return (layer) => {
    let ports = answers.get(layer);
    if (!ports) {
      ports = answer(layer, 0);
      answers.set(layer, ports);
    }
    return ports;
  };
}

function portsOfCheck(layer: Ports & CheckedLayer): Ports {
  return { inputs: layer.inputs, outputs: layer.outputs };
}

const modelPorts = new WeakMap<Model, Ports>();

function portsOfModel(model: Model): Ports {
  let ports = modelPorts.get(model);
  if (!ports) {
    ports = {
      inputs: inputsOf(model).map((name) => ({
        name,
        description: model.nodes[name]?.label ?? "",
        least: 1,
        most: 1,
      })),
      outputs: outputsOf(model).map((name) => ({ name, description: model.nodes[name]?.label ?? "" })),
    };
    modelPorts.set(model, ports);
  }
  return ports;
}

/** `inputs` stands for the only input port where there is one. */
function inputName(written: PortName, ports: Ports): PortName {
  const [first] = ports.inputs;
  return written === "inputs" && ports.inputs.length === 1 && first ? first.name : written;
}

/** No port stands for the first output; `output` for the only one. */
function outputName(written: PortName | null, ports: Ports): PortName {
  const [first] = ports.outputs;
  if (!first) return written ?? "output";
  if (written === null || (written === "output" && ports.outputs.length === 1)) return first.name;
  return written;
}

/** All edges of a model, with the ports by their own names; also bad ones, which check reports and nobody prunes. */
export function edgesOf(model: Model, ports: PortLookup): readonly Edge[] {
  const count = new Map<EdgeId, number>();
  return writtenEdges(model).map(({ source, sourcePort, target, targetPort, index }) => {
    const from = outputName(sourcePort, ports(model.nodes[source]?.layer ?? ""));
    const to = inputName(targetPort, ports(model.nodes[target]?.layer ?? ""));
    const id = `${source}.${from}->${target}.${to}`;
    const again = count.get(id) ?? 0;
    count.set(id, again + 1);
    return {
      // The same tensor may go into one port twice (Add of a tensor and itself).
      id: again > 0 ? `${id}#${again + 1}` : id,
      source: { node: source, port: from },
      target: { node: target, port: to, index },
    };
  });
}

/** A node's ports; ports that are wired but not (or no longer) the layer's stand at the end, so no edge vanishes. */
export function portsOfNode(model: Model, node: NodeId, ports: PortLookup): Ports {
  const { layer, inputs } = model.nodes[node] ?? { layer: "", inputs: undefined };
  const own = ports(layer);
  const extra = Object.keys(inputs ?? {}).filter(
    (name) => !own.inputs.some((port) => port.name === inputName(name, own)),
  );
  if (extra.length === 0) return own;
  return {
    inputs: [...own.inputs, ...extra.map((name) => ({ name, description: "", least: 0, most: null }))],
    outputs: own.outputs,
  };
}

/** How an edge's source is written into the document: the port only where there are several. */
export function sourceText(node: NodeId, port: PortName, ports: Ports): string {
  return ports.outputs.length <= 1 ? node : `${node}.${port}`;
}

/** The key under which a node's inputs already hold this port, or the port's own name. */
export function writtenPort(model: Model, node: NodeId, port: PortName, ports: Ports): PortName {
  const inputs = model.nodes[node]?.inputs ?? {};
  if (port in inputs) return port;
  return Object.keys(inputs).find((name) => inputName(name, ports) === port) ?? port;
}

/** Spec of what leaves an output port, when the last check knows it. */
export function specOf(
  check: CheckResult | null,
  model: ModelId,
  node: NodeId,
  port: PortName,
): Spec | undefined {
  const outputs = check?.models[model]?.nodes[node]?.outputs;
  return outputs?.[port];
}
