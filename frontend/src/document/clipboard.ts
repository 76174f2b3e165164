/** A part of a model as text, to be pasted here, in another tab, or into a message. */

import { splitSource } from "./questions";
import type { Document, Layer, LayerId, Model, ModelId, Node, NodeId, Position } from "./types";
import { wrappedBy } from "./wrapped";

const FRAGMENT = "layerloom/fragment/1";

/** Nodes with their layers and the edges between them; the definitions that their model layers call. */
export interface Fragment {
  readonly format: typeof FRAGMENT;
  readonly layers: { readonly [layer: LayerId]: Layer };
  readonly nodes: { readonly [node: NodeId]: Node };
  readonly positions: { readonly [node: NodeId]: Position };
  readonly models: { readonly [model: ModelId]: Model };
}

export function fragmentOf(document: Document, modelId: ModelId, ids: readonly NodeId[]): Fragment | null {
  const model = document.models[modelId];
  const chosen = new Set(ids.filter((id) => model?.nodes[id]));
  if (!model || chosen.size === 0) return null;
  const nodes: Record<NodeId, Node> = {};
  const layers: Record<LayerId, Layer> = {};
  const positions: Record<NodeId, Position> = {};
  for (const id of chosen) {
    const node = model.nodes[id]!;
    nodes[id] = inside(node, chosen);
    addLayers(model, node.layer, layers);
    positions[id] = document.view?.[modelId]?.nodes?.[id] ?? [0, 0];
  }
  return {
    format: FRAGMENT,
    layers,
    nodes,
    positions,
    models: definitionsOf(document, Object.values(layers)),
  };
}

function inside(node: Node, chosen: ReadonlySet<NodeId>): Node {
  const { inputs, ...rest } = node;
  const kept = Object.entries(inputs ?? {})
    .map(([port, sources]) => [port, sources.filter((text) => chosen.has(splitSource(text).node))] as const)
    .filter(([, sources]) => sources.length > 0);
  return kept.length > 0 ? { ...rest, inputs: Object.fromEntries(kept) } : rest;
}

function addLayers(model: Model, id: LayerId, layers: Record<LayerId, Layer>): void {
  const layer = model.layers[id];
  if (!layer || id in layers) return;
  layers[id] = layer;
  for (const wrapped of wrappedBy(layer)) addLayers(model, wrapped, layers);
}

function definitionsOf(document: Document, layers: readonly Layer[]): Record<ModelId, Model> {
  const found: Record<ModelId, Model> = {};
  const open = [...layers];
  while (open.length > 0) {
    const layer = open.pop()!;
    const id = layer.type === "Model" ? layer.config?.model : undefined;
    const definition = typeof id === "string" ? document.models[id] : undefined;
    if (typeof id === "string" && definition && !(id in found)) {
      found[id] = definition;
      open.push(...Object.values(definition.layers));
    }
  }
  return found;
}

/** The fragment that a clipboard's text holds, or null when it is something else. */
export function fragmentFromText(text: string): Fragment | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const fragment = value as Partial<Fragment>;
    if (fragment.format !== FRAGMENT || !isDictionary(fragment.layers) || !isDictionary(fragment.nodes))
      return null;
    const isWhole = Object.values(fragment.nodes).every((node) => typeof node?.layer === "string");
    if (!isWhole) return null;
    return { ...(fragment as Fragment), positions: fragment.positions ?? {}, models: fragment.models ?? {} };
  } catch {
    return null;
  }
}

function isDictionary(value: unknown): value is Record<string, { layer?: unknown }> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fragmentToText(fragment: Fragment): string {
  return `${JSON.stringify(fragment, null, 2)}\n`;
}
