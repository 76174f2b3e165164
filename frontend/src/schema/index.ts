/** The contracts with the server under the page's names: read-only views of what is generated from the API's description. */

import type * as Api from "./generated/types.gen";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** What came from the server is never changed in place. */
export type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

export type TensorSpec = Frozen<Api.TensorSpecAnswer>;
/** What a Join node gives: tensors by name, no shape of its own. */
export type BundleSpec = Frozen<Api.BundleSpecAnswer>;
export type Spec = TensorSpec | BundleSpec;

export type Problem = Omit<Frozen<Api.Problem>, "hint"> & { readonly hint?: string };

export type InputPort = Frozen<Api.InputPort>;
export type OutputPort = Frozen<Api.OutputPort>;

/** One property of a config's JSON Schema, as far as the forms need it. */
export interface PropertySchema {
  readonly format?: string;
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
export type PartDescription = Omit<Frozen<Api.TypeDescription>, "schema"> & { readonly schema: ConfigSchema };

/** How the values of columns become numbers: `takes` are kinds of columns, `roles` the ends it is for. */
export type EncoderDescription = Omit<Frozen<Api.EncoderDescription>, "schema"> & {
  readonly schema: ConfigSchema;
};

export type LayerTypeDescription = Omit<
  Frozen<Api.LayerDescription>,
  "schema" | "examples" | "is_callable"
> & {
  readonly schema: ConfigSchema;
  readonly examples: readonly {
    readonly title: string;
    readonly config: JsonObject;
    /** Layers that the config names, as a document holds them. */
    readonly layers?: { readonly [layer: string]: { readonly type: string; readonly config?: JsonObject } };
  }[];
  /** False for what only another layer's config names, such as a recurrent cell. */
  readonly is_callable?: boolean;
};

export type Catalogue = {
  readonly layers: readonly LayerTypeDescription[];
  readonly encoders: readonly EncoderDescription[];
} & {
  readonly [Kind in Exclude<keyof Api.Catalogue, "layers" | "encoders">]: readonly PartDescription[];
};

export type CheckedLayer = Frozen<Api.LayerCheck>;
export type CheckedModel = Frozen<Api.ModelCheck>;
export type CheckResult = Omit<Frozen<Api.CheckAnswer>, "problems"> & {
  readonly problems: readonly Problem[];
};

export type RunState = Api.State;
export type Progress = Frozen<Api.Progress>;
export type Run = Frozen<Api.Run>;
/** A weight where a run starts from what another has learned; `before` is its shape there. */
export type WarmWeight = Frozen<Api.WeightStartAnswer>;
export type RunHistory = Frozen<Api.RunHistory>;

export type RunEvent = Frozen<Api.Event>;
export type EpochEnded = Frozen<Api.EpochEnded>;
export type StepEnded = Frozen<Api.StepEnded>;
export type Losses = StepEnded["losses"];
export type Metrics = EpochEnded["metrics"];

export type Column = Frozen<Api.Column>;
export type Dataset = Frozen<Api.Dataset>;
export type DatasetPreview = Omit<Frozen<Api.Preview>, "rows"> & {
  readonly rows: readonly (readonly Json[])[];
};

export type ColumnStatistics = Omit<Frozen<Api.ColumnStatistics>, "top"> & {
  readonly top: readonly (readonly [value: number | string, count: number])[] | null;
};
export type Statistics = Omit<Frozen<Api.Statistics>, "columns"> & {
  readonly columns: { readonly [column: string]: ColumnStatistics };
};

/** A file on its way to the server, which keeps what has arrived. */
export type Upload = Frozen<Api.UploadState>;
/** What makes a model and a data set fit each other; its `data` is a part of a document. */
export type ProposalAnswer = Frozen<Api.ProposalAnswer>;

export type ProjectSummary = Frozen<Api.ProjectSummary>;
export type ProjectVersion = Frozen<Api.ProjectVersion>;
export type ExampleSummary = Omit<Frozen<Api.ExampleAnswer>, "document">;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
