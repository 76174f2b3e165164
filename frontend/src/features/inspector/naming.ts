/** Which fields of a config name layers, and which layer types a wrapper takes there. Pure. */

import type { ConfigSchema, LayerTypeDescription, PropertySchema } from "../../schema";

export interface NamingField {
  readonly name: string;
  readonly label: string;
  readonly isList: boolean;
  readonly isNullable: boolean;
}

const LAYER_ID = "layer-id";

/** The fields whose values are ids of layers of the same model. */
export function namingFields(schema: ConfigSchema): readonly NamingField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const options = alternatives(schema, property);
    const isList = options.some(
      (option) => option.items && alternatives(schema, option.items).some((item) => item.format === LAYER_ID),
    );
    if (!isList && !options.some((option) => option.format === LAYER_ID)) return [];
    const isNullable = options.some((option) => option.type === "null");
    return [{ name, label: property.title ?? name, isList, isNullable }];
  });
}

function alternatives(schema: ConfigSchema, property: PropertySchema): readonly PropertySchema[] {
  if (property.$ref !== undefined) {
    const target = schema.$defs?.[property.$ref.split("/").at(-1) ?? ""];
    return target ? alternatives(schema, target) : [];
  }
  return property.anyOf?.flatMap((option) => alternatives(schema, option)) ?? [property];
}

const KERNELS = new Set(["Dense", "EinsumDense", "Embedding"]);
const NEVER = new Set(["Input", "Output", "Join", "SetMask"]);

/** Whether a layer of this type can stand in that field of that wrapper. */
export function isOffered(wrapper: string, field: string, described: LayerTypeDescription): boolean {
  const { type, category, is_callable: isCallable = true } = described;
  if (NEVER.has(type)) return false;
  if (field === "cell" || field === "cells") return !isCallable && !(wrapper === type);
  if (!isCallable) return false;
  if (wrapper === "Bidirectional") return category === "recurrent";
  if (wrapper === "SpectralNormalization") return category === "convolution" || KERNELS.has(type);
  return category !== "merging" || wrapper === "TimeDistributed";
}
