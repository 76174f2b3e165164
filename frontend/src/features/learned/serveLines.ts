/** Lines that ask a run for predictions, to be pasted into a shell or a Python prompt. Pure. */

import type { Json } from "../../schema";
import type { PredictRequest } from "../../schema/measured";

/** The token is never written into the lines: they read it from this variable. */
export const TOKEN_VARIABLE = "LAYERLOOM_TOKEN";

/** Works as it is on the server's own machine; elsewhere the token itself stands there. */
export function tokenLine(): string {
  return `export ${TOKEN_VARIABLE}=$(layerloom token)`;
}

/** A shell gives a program no longer argument than 128 KiB; a large row, such as a picture, goes in by a here-document. */
const LONGEST_ARGUMENT = 100_000;

export function curlLine(origin: string, run: string, body: PredictRequest): string {
  const text = JSON.stringify(body);
  const isLong = text.length > LONGEST_ARGUMENT;
  const line = [
    `curl ${origin}/api/runs/${run}/predict`,
    `-H "Authorization: Bearer $${TOKEN_VARIABLE}"`,
    '-H "Content-Type: application/json"',
    isLong ? "-d @- <<'END'" : `-d ${shellQuoted(text)}`,
  ].join(" \\\n  ");
  return isLong ? `${line}\n${text}\nEND` : line;
}

export function curlFileLine(origin: string, run: string): string {
  return [
    `curl ${origin}/api/runs/${run}/predict`,
    `-H "Authorization: Bearer $${TOKEN_VARIABLE}"`,
    '-H "Accept: text/csv"',
    "-F file=@rows.csv -o predictions.csv",
  ].join(" \\\n  ");
}

/** With nothing but the standard library. */
export function pythonLines(origin: string, run: string, body: PredictRequest): string {
  return `import json, os, urllib.request

body = ${python(body as unknown as Json)}
request = urllib.request.Request(
    "${origin}/api/runs/${run}/predict",
    data=json.dumps(body).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['${TOKEN_VARIABLE}']}",
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer))`;
}

/** Within single quotes a POSIX shell reads everything as it is; a quote ends them, stands alone, and begins them. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A value as Python writes it: JSON but for three words. */
function python(value: Json): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map((item: Json) => python(item)).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}: ${python(item as Json)}`,
    );
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}
