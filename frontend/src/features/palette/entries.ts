/** What the palette lists: layer types by category, the document's models, and layers that can be called again. Pure. */

import { searchLayerTypes } from "../../document/layerSearch";
import { callsOf, wouldContainItself } from "../../document/questions";
import type { Document, ModelId, NodeId } from "../../document/types";
import type { Catalogue } from "../../schema";
import type { Insertion } from "../../stores/insertionStore";

export interface Entry {
  readonly key: string;
  /** As it is shown; a layer type's is its type. */
  readonly name: string;
  readonly type: string;
  readonly category: string;
  readonly summary: string;
  readonly search_words: readonly string[];
  readonly insertion: Insertion;
  /** Beside the name: how often a layer is called. */
  readonly calls?: number;
}

export interface Group {
  /** A category, `models` or `layers`. */
  readonly id: string;
  readonly entries: readonly Entry[];
}

/** Stands in the palette as the document's models, each by its own name. */
const MODEL = "Model";
const ENDS = new Set(["Input", "Output"]);

export function groupsOf(
  catalogue: Catalogue | null,
  document: Document,
  open: ModelId,
  order: readonly string[],
): readonly Group[] {
  const byCategory = new Map<string, Entry[]>(order.map((category) => [category, []]));
  for (const { type, category, summary, search_words, is_callable = true } of catalogue?.layers ?? []) {
    if (type === MODEL || !is_callable) continue;
    const entry = { key: type, name: type, type, category, summary, search_words, insertion: { type } };
    const known = byCategory.get(category);
    if (known) known.push(entry);
    else byCategory.set(category, [entry]);
  }
  const groups = [...byCategory].map(([id, entries]) => ({ id, entries }));
  return [
    ...groups,
    { id: "models", entries: modelEntries(document, open) },
    { id: "layers", entries: layerEntries(catalogue, document, open) },
  ].filter(({ entries }) => entries.length > 0);
}

/** Models that may be called here: not the open one, nor one that contains it. */
function modelEntries(document: Document, open: ModelId): readonly Entry[] {
  return Object.entries(document.models)
    .filter(([id]) => !wouldContainItself(document, open, id))
    .map(([id, model]) => ({
      key: `model ${id}`,
      name: id,
      type: MODEL,
      category: "models",
      summary: model.label ?? "",
      search_words: ["model"],
      insertion: { type: MODEL, config: { model: id } },
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Layers of the open model: calling one again shares its weights. */
function layerEntries(catalogue: Catalogue | null, document: Document, open: ModelId): readonly Entry[] {
  const model = document.models[open];
  if (!model) return [];
  const categories = new Map(catalogue?.layers.map(({ type, category }) => [type, category]));
  return Object.entries(model.layers)
    .map(([id, layer]) => ({ id, layer, calls: callsOf(model, id) }))
    .filter(({ layer, calls }) => !ENDS.has(layer.type) && calls.length > 0)
    .map(({ id, layer, calls }) => ({
      key: `layer ${id}`,
      name: id,
      type: layer.type,
      category: categories.get(layer.type) ?? "",
      summary: layer.type,
      search_words: [layer.type],
      insertion: { again: calls[0] as NodeId },
      calls: calls.length,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Groups with only what matches, best match first, where something was typed; the groups as they are else. */
export function matching(groups: readonly Group[], query: string): readonly Group[] {
  if (query.trim() === "") return groups;
  const all = groups.flatMap(({ id, entries }) =>
    entries.map((entry) => ({ ...entry, type: entry.name, group: id, entry })),
  );
  const found = searchLayerTypes(all, query);
  const ids = [...new Set(found.map(({ group }) => group))];
  return ids.map((id) => ({
    id,
    entries: found.filter(({ group }) => group === id).map(({ entry }) => entry),
  }));
}
