/** The formats that a model can be taken away in, as `POST /api/export/{format}` knows them. */

import type { ExportFormat } from "../../api/client";

export interface Format {
  readonly format: ExportFormat;
  /** Shown as text and copied; else a file to download. */
  readonly isText: boolean;
}

export const FORMATS: readonly Format[] = [
  { format: "torch", isText: true },
  { format: "keras", isText: true },
  { format: "keras-json", isText: true },
  { format: "keras-archive", isText: false },
  { format: "weights-h5", isText: false },
  { format: "layerloom", isText: true },
];
