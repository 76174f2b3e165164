/** The document as the canvas, the REST API, the command line and the file on disk have it. Plain, immutable JSON. */

import type { Json, JsonObject } from "../schema";

export type ModelId = string;
export type LayerId = string;
export type NodeId = string;
export type PortName = string;

/** `node`, or `node.port` where the source has several outputs. */
export type SourceText = string;

/** `[x, y]` of a node's top left corner on the canvas, in whole pixels. */
export type Position = readonly [number, number];

export const FORMAT = "layerloom/1";

/** A layer type with its config; owns weights. */
export interface Layer {
  readonly type: string;
  readonly config?: JsonObject;
}

/** One call of one layer. `inputs` maps a port to an ordered list of sources. */
export interface Node {
  readonly layer: LayerId;
  readonly inputs?: { readonly [port: PortName]: readonly SourceText[] };
  readonly label?: string | null;
}

/** A named graph, usable as a layer type. */
export interface Model {
  readonly layers: { readonly [layer: LayerId]: Layer };
  readonly nodes: { readonly [node: NodeId]: Node };
  readonly label?: string | null;
  /** Order of the Input nodes and the Output nodes, and the structure in which Keras has them. */
  readonly inputs?: Structure | null;
  readonly outputs?: Structure | null;
  readonly kind?: "Functional" | "Sequential";
  readonly trainable?: boolean;
}

/** Ids of ends: one, a list, or a dict by any name, nested. */
export type Structure = NodeId | readonly Structure[] | { readonly [name: string]: Structure };

/** Something chosen by type with a config: an optimizer, a loss, a callback. */
export interface Typed {
  readonly type: string;
  readonly config?: JsonObject;
}

/** A column, several columns stacked on the last axis, or columns with an encoder. */
export type ColumnBinding =
  | string
  | readonly string[]
  | { readonly columns: string | readonly string[]; readonly encoder?: Typed | null };

/** How the rows are divided; `validation` and `test` are shares of all rows. */
export interface Split {
  readonly by?: "order" | "random" | "stratified" | "column" | "time";
  readonly validation?: number;
  readonly test?: number;
  readonly column?: string | null;
  readonly seed?: number;
}

export interface DataBinding {
  readonly dataset?: string;
  /** Column by Input node id. */
  readonly inputs?: { readonly [node: NodeId]: ColumnBinding };
  /** Column by Output node id. */
  readonly targets?: { readonly [node: NodeId]: ColumnBinding };
  /** Column by Output node id that tells how much each row counts. */
  readonly sample_weights?: { readonly [node: NodeId]: string };
  /** Absent: the last rows validate, as `fit.validation_split` says. */
  readonly split?: Split | null;
}

export interface OutputTraining {
  readonly loss?: string | Typed | null;
  readonly loss_weight?: number;
  readonly metrics?: readonly (string | Typed)[];
  /** Metrics in which sample weights and class weights count. */
  readonly weighted_metrics?: readonly (string | Typed)[];
}

export interface Fit {
  readonly epochs?: number;
  readonly batch_size?: number;
  readonly validation_split?: number;
  readonly shuffle?: boolean;
  readonly seed?: number | null;
  readonly callbacks?: readonly Typed[];
  /** Weight by class number, by Output node id; others weigh 1. */
  readonly class_weight?: { readonly [node: NodeId]: { readonly [label: string]: number } };
  readonly device?: Device;
  readonly precision?: Precision;
  /** Epochs that count as done before the first. */
  readonly initial_epoch?: number;
  readonly time_limit_seconds?: number | null;
  /** Steps between two measurements of the layers; null measures nothing. */
  readonly watch_every?: number | null;
}

export type Device = "auto" | "cpu" | "cuda" | "mps";
export type Precision = "float32" | "mixed_bfloat16";

export interface Training {
  readonly model?: ModelId;
  readonly data?: DataBinding | null;
  readonly optimizer?: Typed | null;
  /** By Output node id; may name a subset of the model's outputs. */
  readonly outputs?: { readonly [node: NodeId]: OutputTraining };
  readonly inputs?: readonly NodeId[] | null;
  /** Id of kept weights that training begins with. */
  readonly weights?: string | null;
  readonly fit?: Fit;
}

/** Everything visual of one model, and nothing else. */
export interface ModelView {
  readonly nodes?: { readonly [node: NodeId]: Position };
  readonly [key: string]: Json | undefined;
}

export interface Document {
  readonly format: string;
  readonly name: string;
  readonly models: { readonly [model: ModelId]: Model };
  readonly training?: Training | null;
  readonly view?: { readonly [model: ModelId]: ModelView };
}

/** The model that a document opens on and trains, unless it says otherwise. */
export const MAIN: ModelId = "main";

export function emptyDocument(name: string): Document {
  return { format: FORMAT, name, models: { [MAIN]: { layers: {}, nodes: {} } }, training: { model: MAIN } };
}
