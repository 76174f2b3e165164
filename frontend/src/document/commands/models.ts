/** Commands on models (definitions) and on the document as a whole. */

import { command, refuse } from "../command";
import { withKey, withoutKeys, withRenamedKey } from "../edit";
import { isIdentifier, snakeCase, uniqueId } from "../names";
import { usedBy } from "../questions";
import type { Document, ModelId } from "../types";
import { MAIN } from "../types";

/** A new definition with one Input and one Output, so that it can be called at once. */
export const addModel = command("addModel", (document: Document, args: { name: string }) => {
  const id = uniqueId(snakeCase(args.name), (name) => name in document.models);
  const model = {
    layers: { input: { type: "Input", config: { shape: [8] } }, output: { type: "Output" } },
    nodes: { input: { layer: "input" }, output: { layer: "output" } },
  };
  return {
    document: {
      ...document,
      models: withKey(document.models, id, model),
      view: { ...document.view, [id]: { nodes: { input: [0, 0] as const, output: [520, 0] as const } } },
    },
    model: id,
  };
});

/** A new id for a definition, everywhere. */
export const renameModel = command(
  "renameModel",
  (document: Document, args: { model: ModelId; to: ModelId }) => {
    const { model: from, to } = args;
    if (!document.models[from]) return refuse("model.unknown", { model: from });
    if (to === from) return { document };
    if (!isIdentifier(to)) return refuse("id.invalid", { id: to });
    if (to in document.models) return refuse("id.taken", { id: to });
    const models = Object.fromEntries(
      Object.entries(document.models).map(([id, model]) => {
        const isCaller = Object.values(model.layers).some(
          (layer) => layer.type === "Model" && layer.config?.model === from,
        );
        const layers = isCaller
          ? Object.fromEntries(
              Object.entries(model.layers).map(([key, layer]) => [
                key,
                layer.type === "Model" && layer.config?.model === from
                  ? { ...layer, config: { ...layer.config, model: to } }
                  : layer,
              ]),
            )
          : model.layers;
        return [id === from ? to : id, isCaller ? { ...model, layers } : model];
      }),
    );
    const training =
      (document.training?.model ?? MAIN) === from ? { ...document.training, model: to } : document.training;
    return {
      document: {
        ...document,
        models,
        ...(document.view && { view: withRenamedKey(document.view, from, to) }),
        ...(training && { training }),
      },
      model: to,
    };
  },
);

/** Only a definition that nobody calls and that is not the one to train. */
export const deleteModel = command("deleteModel", (document: Document, args: { model: ModelId }) => {
  const [user] = usedBy(document, args.model);
  if (user) return refuse("model.used", { model: args.model, user });
  if ((document.training?.model ?? MAIN) === args.model)
    return refuse("model.trained", { model: args.model });
  const gone = new Set([args.model]);
  return {
    document: {
      ...document,
      models: withoutKeys(document.models, gone),
      ...(document.view && { view: withoutKeys(document.view, gone) }),
    },
  };
});

/** Import, or another version: the whole document, as one step that can be undone. */
export const replaceDocument = command(
  "replaceDocument",
  (_document: Document, args: { document: Document }) => ({
    document: args.document,
  }),
);
