/** What the server says of a training before, while and after it runs. */

import type { Json, Problem } from ".";

/** Learning rates of an optimizer at some of its first `steps` steps. */
export interface ScheduleCurve {
  readonly steps: readonly number[];
  readonly rates: readonly number[];
}

/** One synthetic batch forward and backward, before anything trains. */
export interface Preflight {
  readonly ok: boolean;
  readonly seconds: number;
  readonly step_seconds: number | null;
  readonly steps_per_epoch: number | null;
  readonly steps: number | null;
  readonly flops_per_step: number | null;
  readonly memory_bytes: number | null;
  readonly device: string;
  readonly losses: { readonly [output: string]: number | null };
  /** Layers that the losses don't reach. */
  readonly without_gradient: readonly string[];
  /** Nodes that lead to no output. */
  readonly unused: readonly string[];
  readonly problems: readonly Problem[];
}

export interface Histogram {
  /** One more than `counts`. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface LayerMeasure {
  readonly weight_norm: number | null;
  readonly gradient_norm: number | null;
  readonly update_ratio: number | null;
  readonly weights?: Histogram | null;
  readonly gradients?: Histogram | null;
}

export interface NodeMeasure {
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly dead_fraction: number | null;
}

/** The event `layers_measured`: sent every `fit.watch_every` steps. */
export interface LayersMeasured {
  readonly epoch: number;
  readonly step: number;
  readonly layers: { readonly [layer: string]: LayerMeasure };
  readonly nodes: { readonly [node: string]: NodeMeasure };
}

export type Split = "train" | "validation" | "test" | "all";

export interface RowChoice {
  readonly dataset?: string;
  readonly split?: Split;
}

export interface OutputReport {
  readonly kind: "binary" | "classes" | "number" | "other";
  readonly labels?: readonly (string | number)[] | null;
  /** Rows: what was right; columns: what was predicted. */
  readonly confusion?: readonly (readonly number[])[] | null;
  readonly roc?: {
    readonly false_positive_rate: readonly number[];
    readonly true_positive_rate: readonly number[];
    readonly auc: number | null;
  } | null;
  readonly precision_recall?: {
    readonly recall: readonly number[];
    readonly precision: readonly number[];
    readonly average_precision: number | null;
  } | null;
  readonly calibration?: {
    readonly predicted: readonly (number | null)[];
    readonly observed: readonly (number | null)[];
    readonly counts: readonly number[];
  } | null;
  readonly residuals?: Histogram | null;
  readonly predicted_against_target?: readonly (readonly number[])[] | null;
  readonly worst: readonly WorstRow[];
}

export interface WorstRow {
  readonly row: number;
  readonly loss: number | null;
  readonly target: Json;
  readonly predicted: Json;
}

export interface Report {
  readonly rows: number;
  readonly outputs: { readonly [output: string]: OutputReport };
}

export interface Prediction {
  readonly outputs: { readonly [output: string]: readonly Json[] };
  /** By node, where nodes were asked for. */
  readonly nodes?: { readonly [node: string]: readonly Json[] } | null;
  readonly milliseconds?: number | null;
  /** Names of the classes, where they are known. */
  readonly labels?: { readonly [output: string]: readonly (string | number)[] } | null;
}

export type PredictRequest = {
  readonly inputs?: { readonly [input: string]: readonly Json[] };
  readonly rows?: readonly { readonly [column: string]: Json }[];
  readonly nodes?: readonly string[];
};
