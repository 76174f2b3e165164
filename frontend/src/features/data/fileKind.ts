/** Whether a file is a model to open or data to train on. Most endings say it; of JSON the content is asked. */

export type FileKind = "model" | "data" | "other";

/** Endings of models, for the file chooser. */
export const MODELS = [".json", ".keras", ".h5"] as const;

/** Endings of data, for the file chooser. */
export const DATA = [
  ".csv",
  ".tsv",
  ".txt",
  ".parquet",
  ".arrow",
  ".feather",
  ".ipc",
  ".npz",
  ".npy",
  ".jsonl",
  ".ndjson",
  ".zip",
] as const;

/** A document has a few MiB at most; a longer file is told by its beginning. */
const READ_BYTES = 8 * 1024 * 1024;

export async function kindOfFile(file: File): Promise<FileKind> {
  const name = file.name.toLowerCase();
  if (name.endsWith(".json")) return kindOfJson(await file.slice(0, READ_BYTES).text());
  if (MODELS.some((ending) => name.endsWith(ending))) return "model";
  return DATA.some((ending) => name.endsWith(ending)) ? "data" : "other";
}

/** Keys by which Layerloom, Keras and TensorFlow.js say that an object is a model. */
const MODEL_KEYS = ["format", "models", "class_name", "modelTopology", "model_config"] as const;

/** Rows in a list, one object a line, or columns by name are data. What can't be read is the import's to explain. */
export function kindOfJson(text: string): FileKind {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed.startsWith("[")) return "data";
  const value = parsed(trimmed);
  if (value !== null) {
    if (MODEL_KEYS.some((key) => key in value)) return "model";
    return Object.keys(value).length > 0 ? "data" : "model";
  }
  const [first = "", ...more] = trimmed.split("\n", 2);
  if (more.length > 0 && parsed(first.trim()) !== null) return "data";
  const isModel = /"(class_name|modelTopology|models)"\s*:/.test(trimmed.slice(0, 65_536));
  return isModel || trimmed.length < READ_BYTES / 8 ? "model" : "data";
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}
