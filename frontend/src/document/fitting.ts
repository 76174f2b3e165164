/** A data set's proposal for a model: what it would change, as offers to take or leave, and one command of those taken. */

import type { Catalogue, Json, ProposalAnswer } from "../schema";
import { batch, type Command } from "./command";
import { setConfig } from "./commands/layers";
import { bindColumn, setData, setOutputTraining, setSplit } from "./commands/training";
import { callsOf, layerOf, splitSource } from "./questions";
import {
  type ColumnBinding,
  type DataBinding,
  type Document,
  type LayerId,
  MAIN,
  type Model,
  type NodeId,
  type Typed,
} from "./types";

export type Proposal = Omit<ProposalAnswer, "data"> & { readonly data: DataBinding };

export type OfferKind = "split" | "columns" | "shape" | "dtype" | "loss" | "metrics" | "units" | "activation";

export interface Offer {
  /** Unique among the offers. */
  readonly key: string;
  /** The Input or Output that it is about; empty for the rows as a whole. */
  readonly end: NodeId;
  readonly kind: OfferKind;
  /** As it is, null where there is nothing yet; and as it would be. */
  readonly before: Json | ColumnBinding;
  readonly after: Json | ColumnBinding;
  /** The layer that is changed and how many nodes call it; null where none is. */
  readonly layer: { readonly id: LayerId; readonly calls: number } | null;
  readonly command: Command;
}

/** Everything in which the proposal differs from the document, Inputs first. */
export function offersOf(document: Document, proposal: Proposal, catalogue: Catalogue | null): Offer[] {
  const modelId = document.training?.model ?? MAIN;
  const model = document.models[modelId];
  if (!model) return [];
  const columns = (["inputs", "targets"] as const).flatMap((side) =>
    Object.entries(proposal.data[side] ?? {}).map(([end, after]): Offer => {
      const before = document.training?.data?.[side]?.[end] ?? null;
      const command = bindColumn({ side, node: end, column: after });
      return { key: `columns ${end}`, end, kind: "columns", before, after, layer: null, command };
    }),
  );
  const configOf = (
    end: NodeId,
    kind: OfferKind,
    layer: LayerId | null,
    after: Json | undefined,
  ): readonly Offer[] => {
    if (layer === null || after === null || after === undefined) return [];
    const { type = "", config } = model.layers[layer] ?? {};
    const before = config?.[kind] ?? defaultOf(catalogue, type, kind);
    const command = setConfig({ model: modelId, layer, field: kind, value: after });
    const changed = { id: layer, calls: callsOf(model, layer).length };
    return [{ key: `${kind} ${end}`, end, kind, before, after, layer: changed, command }];
  };
  const inputs = Object.entries(proposal.inputs).flatMap(([end, { shape, dtype }]) => {
    const layer = model.nodes[end]?.layer ?? null;
    return [...configOf(end, "shape", layer, shape), ...configOf(end, "dtype", layer, dtype)];
  });
  const outputs = Object.entries(proposal.outputs).flatMap(([end, proposed]) => {
    const last = lastDense(model, end);
    const activated = lastActivated(model, end, catalogue);
    return [
      ...lossOffers(document, end, proposed),
      ...configOf(end, "units", last, proposed.units),
      ...configOf(end, "activation", activated, proposed.activation),
    ];
  });
  const { split } = proposal.data;
  const rows: readonly Offer[] = split
    ? [
        {
          key: "split",
          end: "",
          kind: "split",
          before: document.training?.data?.split?.by ?? null,
          after: split.column ? [split.by ?? "order", split.column] : (split.by ?? "order"),
          layer: null,
          command: setSplit({ split }),
        },
      ]
    : [];
  const isSplitNew = !isSame(split ?? null, document.training?.data?.split ?? null);
  const inOrder = [
    ...Object.keys(proposal.inputs),
    ...Object.keys(proposal.data.inputs ?? {}),
    ...Object.keys(proposal.outputs),
  ];
  return [...columns, ...inputs, ...outputs, ...(isSplitNew ? rows : [])]
    .filter(({ before, after }) => !isSame(before, after))
    .sort((a, b) => placeIn(inOrder, a.end) - placeIn(inOrder, b.end));
}

function placeIn(ends: readonly NodeId[], end: NodeId): number {
  return end === "" ? ends.length : ends.indexOf(end);
}

/** The offers that were taken as one step of undo. */
export function fitToDataset(document: Document, proposal: Proposal, taken: readonly Offer[]): Command {
  const data = document.training?.data;
  const isOther = data?.dataset !== proposal.data.dataset;
  return batch("fitToDataset", [
    ...(isOther ? [setData({ data: { ...data, dataset: proposal.data.dataset } })] : []),
    ...taken.map(({ command }) => command),
  ]);
}

function lossOffers(
  document: Document,
  end: NodeId,
  proposed: ProposalAnswer["outputs"][string],
): readonly Offer[] {
  const current = document.training?.outputs?.[end];
  const offer = (kind: "loss" | "metrics", after: Json): Offer => ({
    key: `${kind} ${end}`,
    end,
    kind,
    before: kind === "loss" ? nameOf(current?.loss) : (current?.metrics ?? []).map(nameOf),
    after,
    layer: null,
    command: setOutputTraining({ output: end, patch: { [kind]: after } }),
  });
  return [
    ...(proposed.loss ? [offer("loss", proposed.loss)] : []),
    ...(proposed.metrics && proposed.metrics.length > 0 ? [offer("metrics", [...proposed.metrics])] : []),
  ];
}

/** Layers between the last one that counts and an Output: they change neither how many numbers there are nor what they mean. */
const PASSING = new Set(["Output", "Activation", "Dropout", "ActivityRegularization"]);

/** The Dense whose units an Output has; null where it is another layer's, or a model's. */
export function lastDense(model: Model, output: NodeId): LayerId | null {
  return back(model, output, (type) => type === "Dense");
}

function lastActivated(model: Model, output: NodeId, catalogue: Catalogue | null): LayerId | null {
  return back(
    model,
    output,
    (type) =>
      type === "Activation" || (type === "Dense" && defaultOf(catalogue, type, "activation") !== undefined),
  );
}

/** Walks from an Output against the edges to the first layer that is wanted, through those that pass values on. */
function back(model: Model, output: NodeId, isWanted: (type: string) => boolean): LayerId | null {
  const seen = new Set<NodeId>();
  let node: NodeId | undefined = output;
  while (node !== undefined && !seen.has(node)) {
    seen.add(node);
    const type: string = layerOf(model, node)?.type ?? "";
    if (isWanted(type)) return model.nodes[node]?.layer ?? null;
    if (!PASSING.has(type)) return null;
    const sources: readonly string[] = Object.values(model.nodes[node]?.inputs ?? {}).flat();
    node = sources.length === 1 ? splitSource(sources[0]!).node : undefined;
  }
  return null;
}

function defaultOf(catalogue: Catalogue | null, type: string, field: string): Json {
  const described = catalogue?.layers.find((layer) => layer.type === type);
  return described?.schema.properties?.[field]?.default ?? null;
}

function nameOf(part: string | Typed | null | undefined): string | null {
  if (part === null || part === undefined) return null;
  return typeof part === "string" ? part : part.type;
}

/** Same JSON whatever the order of its keys; an activation may be written by name or as a type. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
