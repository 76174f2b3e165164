/** Layers that a wrapper names in its config (TimeDistributed, Bidirectional, RNN and their like), by id. */

import type { Layer, LayerId, Model } from "./types";

/** Config fields that hold ids of layers of the same model: one, or a list. */
export const NAMING_FIELDS = ["layer", "backward_layer", "cell", "cells"] as const;

/** Ids that the layer's config names, in the order of its fields. */
export function wrappedBy(layer: Layer | undefined): readonly LayerId[] {
  const config = layer?.config;
  if (!config) return [];
  return NAMING_FIELDS.flatMap((field) => {
    const value = config[field];
    if (typeof value === "string") return [value];
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : [];
  });
}

/** The layer with other ids in the places of those that it names. */
export function withWrapped(layer: Layer, rename: (id: LayerId) => LayerId): Layer {
  if (wrappedBy(layer).every((id) => rename(id) === id)) return layer;
  const config = { ...layer.config };
  for (const field of NAMING_FIELDS) {
    const value = config[field];
    if (typeof value === "string") config[field] = rename(value);
    else if (Array.isArray(value))
      config[field] = value.map((id) => (typeof id === "string" ? rename(id) : id));
  }
  return { ...layer, config };
}

/** Layers that name this one. */
export function wrappersOf(model: Model, layer: LayerId): readonly LayerId[] {
  return Object.entries(model.layers)
    .filter(([id, other]) => id !== layer && wrappedBy(other).includes(layer))
    .map(([id]) => id);
}
