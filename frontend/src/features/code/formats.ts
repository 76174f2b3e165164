/** The formats that a model can be taken away in, as `POST /api/export/{format}` knows them. */

import type { ExportFormat } from "../../api/client";

export interface Format {
  readonly format: ExportFormat;
  /** Shown as text and copied; else a file to download. */
  readonly isText: boolean;
  /** The line of Python that opens a file of that name. */
  readonly opens?: (name: string) => string;
}

export const FORMATS: readonly Format[] = [
  { format: "torch", isText: true },
  { format: "keras", isText: true },
  { format: "keras-json", isText: true },
  {
    format: "keras-archive",
    isText: false,
    opens: (name) => `model = keras.models.load_model(${JSON.stringify(name)})`,
  },
  { format: "weights-h5", isText: false, opens: (name) => `model.load_weights(${JSON.stringify(name)})` },
  { format: "layerloom", isText: true },
];
