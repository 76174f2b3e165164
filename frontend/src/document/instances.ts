/** Where a model stands inside the trained one: the path to its first instance, by layers and by nodes. */

import { calledModel } from "./questions";
import type { Document, LayerId, Model, ModelId } from "./types";

export interface Instance {
  /** Before the ids of its layers: "" in the trained model itself, else `vision/`. */
  readonly layers: string;
  /** Before the ids of its nodes. */
  readonly nodes: string;
}

/** null where the trained model does not hold it. */
export function firstInstance(document: Document, trained: ModelId, wanted: ModelId): Instance | null {
  const seen = new Set<ModelId>([trained]);
  let here: { model: ModelId; place: Instance }[] = [{ model: trained, place: { layers: "", nodes: "" } }];
  while (here.length > 0) {
    const inside: typeof here = [];
    for (const { model: id, place } of here) {
      if (id === wanted) return place;
      const model = document.models[id];
      if (model === undefined) continue;
      for (const [node, { layer }] of Object.entries(model.nodes)) {
        const called = calledModel(model, layer);
        if (called === null || seen.has(called)) continue;
        seen.add(called);
        inside.push({
          model: called,
          place: { layers: `${place.layers}${weightsOwner(model, layer)}/`, nodes: `${place.nodes}${node}/` },
        });
      }
    }
    here = inside;
  }
  return null;
}

/** What a layer wraps at last, itself where it wraps nothing: TimeDistributed uses its weights, Bidirectional has its own. */
export function weightsOwner(model: Model, layer: LayerId): LayerId {
  const seen = new Set<LayerId>();
  let id = layer;
  while (!seen.has(id)) {
    seen.add(id);
    const wrapped = model.layers[id]?.config?.layer;
    if (typeof wrapped !== "string" || !(wrapped in model.layers)) return id;
    id = wrapped;
  }
  return layer;
}
