/** What was measured in the layers while a run trained, thinned so that a long run stays small. Pure. */

import type { Instance } from "../document/instances";
import type { LayerMeasure, LayersMeasured, NodeMeasure } from "../schema/measured";

/** A measurement at its place in the run. */
export type Measured = Pick<LayersMeasured, "seq" | "epoch" | "step" | "layers" | "nodes">;

/** Twice this many are thinned to every second one; the newest always stays. */
export const MOST_MEASURED = 64;

export function withMeasured(before: readonly Measured[], more: readonly Measured[]): readonly Measured[] {
  const last = before.at(-1)?.seq ?? 0;
  const fresh = more.filter(({ seq }) => seq > last);
  if (fresh.length === 0) return before;
  let all = [...before, ...fresh];
  while (all.length > 2 * MOST_MEASURED)
    all = all.filter((_, index) => index % 2 === 0 || index === all.length - 1);
  return all;
}

export type HeatMeasure = "gradient_norm" | "update_ratio" | "dead_fraction" | "deviation";
export const HEAT_MEASURES: readonly HeatMeasure[] = [
  "gradient_norm",
  "update_ratio",
  "dead_fraction",
  "deviation",
];

/** Shades of the overlay, from least to most. */
export const HEAT_LEVELS = 7;

export interface Heat {
  /** Level (0 … HEAT_LEVELS - 1) and number by node of the open model. */
  readonly nodes: ReadonlyMap<string, { readonly level: number; readonly value: number }>;
  readonly least: number;
  readonly most: number;
  readonly isLog: boolean;
}

interface Called {
  readonly id: string;
  readonly layer: string;
  /** Where a wrapper has no weights of its own: whose it uses. */
  readonly owner?: string;
}

/** Colours of the nodes by one measure. Norms and ratios span decades, so they are compared by their logarithm. */
export function heatOf(
  measured: Pick<LayersMeasured, "layers" | "nodes"> | undefined,
  measure: HeatMeasure,
  nodes: readonly Called[],
  place: Instance,
): Heat | null {
  if (measured === undefined) return null;
  const values = new Map<string, number>();
  for (const { id, layer, owner = layer } of nodes) {
    const of = (one: string) => measureOf(measured, measure, place.nodes + id, place.layers + one);
    const value = of(layer) ?? of(owner);
    if (value !== null && Number.isFinite(value)) values.set(id, value);
  }
  if (values.size === 0) return null;
  const isLog = measure === "gradient_norm" || measure === "update_ratio";
  const positive = [...values.values()].filter((value) => value > 0);
  const least = isLog ? Math.min(...(positive.length > 0 ? positive : [1])) : 0;
  const most = measure === "dead_fraction" ? 1 : Math.max(...values.values(), least);
  const scale = (value: number) => (isLog ? Math.log(Math.max(value, least)) : value);
  const range = scale(most) - scale(least);
  const heat = new Map<string, { level: number; value: number }>();
  for (const [id, value] of values) {
    const part = range > 0 ? (scale(value) - scale(least)) / range : 0;
    heat.set(id, { level: Math.round(part * (HEAT_LEVELS - 1)), value });
  }
  return { nodes: heat, least, most, isLog };
}

function measureOf(
  { layers, nodes }: Pick<LayersMeasured, "layers" | "nodes">,
  measure: HeatMeasure,
  node: string,
  layer: string,
): number | null {
  if (measure === "dead_fraction" || measure === "deviation") return nodes[node]?.[measure] ?? null;
  return layer in layers ? (layers[layer]?.[measure] ?? null) : ofModel(layers, measure, `${layer}/`);
}

/** A called model as one layer: its gradients, and its updates by its weights, as one long vector. */
function ofModel(
  layers: LayersMeasured["layers"],
  measure: "gradient_norm" | "update_ratio",
  within: string,
): number | null {
  const inner = Object.keys(layers)
    .filter((layer) => layer.startsWith(within))
    .map((layer) => layers[layer]!)
    .filter((one) => one[measure] !== null);
  if (inner.length === 0) return null;
  if (measure === "gradient_norm") return Math.hypot(...inner.map((one) => one.gradient_norm ?? 0));
  const weights = Math.hypot(...inner.map((one) => one.weight_norm ?? 0));
  const updates = Math.hypot(...inner.map((one) => (one.update_ratio ?? 0) * (one.weight_norm ?? 0)));
  return weights > 0 ? updates / weights : null;
}

export interface LayerHistory {
  readonly moments: readonly { readonly epoch: number; readonly step: number }[];
  readonly measures: readonly LayerMeasure[];
}

/** One layer over time. */
export function historyOf(measured: readonly Measured[], layer: string): LayerHistory {
  const own = measured.filter((one) => layer in one.layers);
  return {
    moments: own.map(({ epoch, step }) => ({ epoch, step })),
    measures: own.map((one) => one.layers[layer]!),
  };
}

export function latestNode(measured: readonly Measured[], node: string): NodeMeasure | undefined {
  return measured.at(-1)?.nodes[node];
}
