/** The contracts with the server: what REST and the websocket carry, one name for each thing. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface TensorSpec {
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
  readonly axes: readonly string[];
  readonly masked: boolean;
  /** As an edge shows it: "(batch, 8, 8)". */
  readonly label: string;
}

/** What a Join node gives: tensors by name, no shape of its own. */
export interface BundleSpec {
  readonly bundle: { readonly [name: string]: TensorSpec };
  readonly label: string;
}

export type Spec = TensorSpec | BundleSpec;

export interface Problem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint?: string;
  readonly model?: string | null;
  readonly node?: string | null;
  readonly port?: string | null;
  /** Config field of the node's layer, or a path into the document such as `training.outputs.same.loss`. */
  readonly field?: string | null;
}

export interface InputPort {
  readonly name: string;
  readonly description: string;
  readonly least: number;
  /** null: any number of edges. */
  readonly most: number | null;
}

export interface OutputPort {
  readonly name: string;
  readonly description: string;
}

/** One property of a config's JSON Schema, as far as the forms need it. */
export interface PropertySchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly anyOf?: readonly PropertySchema[];
  readonly oneOf?: readonly PropertySchema[];
  readonly allOf?: readonly PropertySchema[];
  readonly items?: PropertySchema;
  readonly prefixItems?: readonly PropertySchema[];
  readonly properties?: { readonly [name: string]: PropertySchema };
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly $ref?: string;
}

export interface ConfigSchema extends PropertySchema {
  readonly $defs?: { readonly [name: string]: PropertySchema };
}

/** Something chosen by type with a config: an optimizer, a loss, a metric, a callback, a schedule. */
export interface PartDescription {
  readonly type: string;
  readonly summary: string;
  readonly documentation: string;
  readonly schema: ConfigSchema;
}

export interface LayerTypeDescription extends PartDescription {
  readonly category: string;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
  readonly search_words: readonly string[];
  readonly examples: readonly { readonly title: string; readonly config: JsonObject }[];
}

export interface Catalogue {
  readonly layers: readonly LayerTypeDescription[];
  readonly optimizers: readonly PartDescription[];
  readonly losses: readonly PartDescription[];
  readonly metrics: readonly PartDescription[];
  readonly callbacks: readonly PartDescription[];
  readonly schedules: readonly PartDescription[];
}

export interface CheckedLayer {
  readonly weights: number;
  readonly trainable: number;
  readonly inputs?: readonly InputPort[];
  readonly outputs?: readonly OutputPort[];
}

export interface CheckedModel {
  readonly nodes: { readonly [node: string]: { readonly outputs: { readonly [port: string]: Spec } } };
  readonly layers: { readonly [layer: string]: CheckedLayer };
}

export interface CheckResult {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly models: { readonly [model: string]: CheckedModel };
  readonly totals: {
    readonly weights: number;
    readonly trainable: number;
    readonly flops: number | null;
    readonly memory_bytes: number | null;
  };
}

export type RunState =
  | "queued"
  | "starting"
  | "training"
  | "paused"
  | "interrupted"
  | "finished"
  | "stopped"
  | "failed";

export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
}

export interface Run {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly project: string | null;
  readonly outputs: readonly string[];
  readonly progress: Progress;
  readonly device: string | null;
  readonly created: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly problem: Problem | null;
  readonly last_seq: number;
  readonly latest: { readonly [output: string]: number | null };
  readonly loss: number | null;
}

export type Losses = { readonly [output: string]: number | null };
export type Metrics = { readonly [output: string]: { readonly [metric: string]: number | null } };

interface EventBase<Kind extends string> {
  readonly seq: number;
  readonly kind: Kind;
  readonly time: string;
}

export interface RunQueued extends EventBase<"run_queued"> {}
export interface RunStarted extends EventBase<"run_started"> {
  readonly outputs: readonly string[];
  readonly epochs: number;
  readonly steps_per_epoch: number;
  readonly device: string;
  readonly weights: number;
  readonly seed: number | null;
  readonly attempt: number;
}
export interface StepEnded extends EventBase<"step_ended"> {
  readonly epoch: number;
  /** 1-based within the epoch. */
  readonly step: number;
  readonly loss: number | null;
  readonly losses: Losses;
  readonly regularization?: number | null;
  readonly problem?: Problem | null;
}
export interface EpochEnded extends EventBase<"epoch_ended"> {
  readonly epoch: number;
  readonly loss: number | null;
  readonly losses: Losses;
  readonly metrics: Metrics;
  readonly regularization?: number | null;
  readonly validation: {
    readonly loss: number | null;
    readonly losses: Losses;
    readonly metrics: Metrics;
  } | null;
  readonly seconds: number;
  readonly samples_per_second: number;
  readonly learning_rate: number;
}
export interface TrainingChanged extends EventBase<"training_changed"> {
  readonly loss_weights: { readonly [output: string]: number };
  readonly learning_rate?: number | null;
}
export interface CheckpointSaved extends EventBase<"checkpoint_saved"> {
  readonly epoch: number;
  readonly name: string;
}
export interface RunPaused extends EventBase<"run_paused"> {}
export interface RunResumed extends EventBase<"run_resumed"> {}
export interface RunInterrupted extends EventBase<"run_interrupted"> {
  readonly problem?: Problem | null;
}
export interface RunStopped extends EventBase<"run_stopped"> {}
export interface RunFinished extends EventBase<"run_finished"> {
  readonly seconds: number;
}
export interface RunFailed extends EventBase<"run_failed"> {
  readonly problem: Problem;
}

export type RunEvent =
  | RunQueued
  | RunStarted
  | StepEnded
  | EpochEnded
  | TrainingChanged
  | CheckpointSaved
  | RunPaused
  | RunResumed
  | RunInterrupted
  | RunStopped
  | RunFinished
  | RunFailed;

export interface Column {
  readonly name: string;
  readonly kind: "number" | "integer" | "category" | "text" | "tensor";
  readonly dtype: string;
  /** Of one row. */
  readonly shape: readonly number[];
  readonly classes: readonly (string | number)[] | null;
  readonly missing: number;
}

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly kind: "bundled" | "derived" | "generated" | "uploaded";
  readonly description: string;
  readonly rows: number | null;
  readonly columns: readonly Column[];
  readonly created: string | null;
  readonly size_bytes: number | null;
}

export interface DatasetPreview {
  readonly columns: readonly (Column | string)[];
  readonly rows: readonly (readonly Json[])[];
}

export interface ProjectSummary {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly updated: string;
  readonly version: number | string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Keras' History: `loss`, `<output>_loss`, `<output>_<metric>`, `val_…`; one list entry an epoch. */
export interface RunHistory {
  readonly epoch: readonly number[];
  readonly history: { readonly [key: string]: readonly (number | null)[] };
}
