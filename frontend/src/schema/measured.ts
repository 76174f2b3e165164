/** What the server says of a training before, while and after it runs; generated, read-only. */

import type { Frozen, Json, Problem } from ".";
import type * as Api from "./generated/types.gen";

export type ScheduleCurve = Frozen<Api.ScheduleAnswer>;
export type Preflight = Omit<Frozen<Api.PreflightAnswer>, "problems"> & {
  readonly problems: readonly Problem[];
};

export type LayersMeasured = Frozen<Api.LayersMeasured>;
export type LayerMeasure = LayersMeasured["layers"][string];
export type NodeMeasure = LayersMeasured["nodes"][string];

export type Split = NonNullable<Api.EvaluateBody["split"]>;
export type RowChoice = { readonly dataset?: string; readonly split?: Split };
export type Evaluation = Frozen<Api.Evaluation>;

export type OutputReport = Omit<Frozen<Api.OutputReport>, "worst"> & {
  readonly worst: readonly WorstSample[];
};
export interface WorstSample {
  readonly row: number;
  readonly loss: number | null;
  readonly target: Json;
  readonly predicted: Json;
}
export type Report = Omit<Frozen<Api.Report>, "outputs"> & {
  readonly outputs: { readonly [output: string]: OutputReport };
};

type Rows = { readonly [name: string]: readonly Json[] };
export type Prediction = Omit<Frozen<Api.Prediction>, "outputs" | "decoded" | "nodes"> & {
  readonly outputs: Rows;
  readonly decoded: Rows;
  readonly nodes: Rows;
};
export interface PredictRequest {
  /** Encoded rows by input. */
  readonly inputs?: Rows;
  /** Raw values by column. */
  readonly rows?: readonly { readonly [column: string]: Json }[];
  readonly nodes?: readonly string[];
}
