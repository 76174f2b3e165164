/** Calls about one training: before it (schedule, preflight) and after it (evaluate, report, predict). */

import type { Document, Typed } from "../document/types";
import type { DatasetPreview, Json } from "../schema";
import type {
  Evaluation,
  Prediction,
  PredictRequest,
  Preflight,
  Report,
  RowChoice,
  ScheduleCurve,
} from "../schema/measured";
import { attachmentName, json, request } from "./client";

const path = (run: string, call: string) => `/runs/${encodeURIComponent(run)}/${call}`;

export const learned = {
  schedule: (optimizer: Typed, steps: number, signal?: AbortSignal) =>
    json<ScheduleCurve>("POST", "/schedule", { body: { optimizer, steps }, signal }),
  preflight: (document: Document, signal?: AbortSignal) =>
    json<Preflight>("POST", "/preflight", { body: { document }, signal }),
  /** What the run trains: the document as it was started, with overrides and the drawn seed. */
  document: (run: string) => json<Document>("GET", path(run, "document")),
  /** One row of a data set, counted from 0, by column. */
  row: async (dataset: string, row: number): Promise<{ readonly [column: string]: Json }> => {
    const query = `limit=1&offset=${row}`;
    const found = await json<DatasetPreview>(
      "GET",
      `/datasets/${encodeURIComponent(dataset)}/preview?${query}`,
    );
    const [values = []] = found.rows;
    return Object.fromEntries(found.columns.map(({ name }, index) => [name, values[index] ?? null]));
  },
  /** Keras' keys: `loss`, `<output>_loss`, `<output>_<metric>`. */
  evaluate: (run: string, rows: RowChoice, signal?: AbortSignal) =>
    json<Evaluation>("POST", path(run, "evaluate"), { body: rows, signal }),
  report: (run: string, rows: RowChoice, signal?: AbortSignal) =>
    json<Report>("POST", path(run, "report"), { body: rows, signal }),
  predict: (run: string, body: PredictRequest) => json<Prediction>("POST", path(run, "predict"), { body }),
  /** A file of rows in, a CSV with a column for each output out. */
  predictFile: async (run: string, file: File): Promise<{ file: Blob; name: string }> => {
    const body = new FormData();
    body.append("file", file);
    const response = await request("POST", path(run, "predict"), { body, headers: { Accept: "text/csv" } });
    return { file: await response.blob(), name: attachmentName(response) ?? "predictions.csv" };
  },
} as const;
