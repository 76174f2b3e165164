/** Commands on a layer's type and config. */

import type { Json, JsonObject } from "../../schema";
import { command, refuse } from "../command";
import { withLayer, withModel, withoutKeys } from "../edit";
import { snakeCase, uniqueId } from "../names";
import type { Document, Layer, LayerId, ModelId } from "../types";

function layerWith(type: string, config: JsonObject): Layer {
  return Object.keys(config).length > 0 ? { type, config } : { type };
}

/** One field of a layer's config; `undefined` takes it back to the default. */
export const setConfig = command(
  "setConfig",
  (document: Document, args: { model: ModelId; layer: LayerId; field: string; value: Json | undefined }) => {
    const layer = document.models[args.model]?.layers[args.layer];
    if (!layer) return refuse("layer.unknown", { layer: args.layer });
    const config =
      args.value === undefined
        ? withoutKeys(layer.config, new Set([args.field]))
        : { ...layer.config, [args.field]: args.value };
    return {
      document: withModel(document, args.model, (model) =>
        withLayer(model, args.layer, layerWith(layer.type, config)),
      ),
    };
  },
  (args) => `${args.model}.${args.layer}.${args.field}`,
);

/** Another type for a layer; every edge stays. `config` is what the new type starts with. */
export const changeLayerType = command(
  "changeLayerType",
  (document: Document, args: { model: ModelId; layer: LayerId; type: string; config?: JsonObject }) => {
    if (!document.models[args.model]?.layers[args.layer])
      return refuse("layer.unknown", { layer: args.layer });
    return {
      document: withModel(document, args.model, (model) =>
        withLayer(model, args.layer, layerWith(args.type, args.config ?? {})),
      ),
    };
  },
);

/** A new layer that no node calls, named by `field` of a wrapper: in place of what it named, or behind it in a list. */
export const wrapNewLayer = command(
  "wrapNewLayer",
  (
    document: Document,
    args: {
      model: ModelId;
      layer: LayerId;
      field: string;
      type: string;
      config?: JsonObject;
      inList?: boolean;
    },
  ) => {
    const model = document.models[args.model];
    const wrapper = model?.layers[args.layer];
    if (!model || !wrapper) return refuse("layer.unknown", { layer: args.layer });
    const id = uniqueId(snakeCase(args.type), (name) => name in model.layers || name in model.nodes);
    const before = wrapper.config?.[args.field];
    const value = args.inList ? [...(Array.isArray(before) ? before : []), id] : id;
    return {
      document: withModel(document, args.model, (each) =>
        withLayer(
          withLayer(each, id, layerWith(args.type, args.config ?? {})),
          args.layer,
          layerWith(wrapper.type, { ...wrapper.config, [args.field]: value }),
        ),
      ),
    };
  },
);

/** A layer that no node calls, for a wrapper to name in its config. */
export const addLayer = command(
  "addLayer",
  (document: Document, args: { model: ModelId; layer: LayerId; type: string; config?: JsonObject }) => {
    const model = document.models[args.model];
    if (!model) return refuse("model.unknown", { model: args.model });
    if (args.layer in model.layers) return refuse("id.taken", { id: args.layer });
    return {
      document: withModel(document, args.model, (before) =>
        withLayer(before, args.layer, layerWith(args.type, args.config ?? {})),
      ),
    };
  },
);
