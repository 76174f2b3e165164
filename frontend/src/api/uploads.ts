/** A file's way to the server: in parts, each with its place, so that a cut connection costs one part at most. */

import type { Dataset, Problem, Upload } from "../schema";
import { ApiProblems, json, request, unreachable } from "./client";

const PART_BYTES = 4 * 1024 * 1024;
/** Of a longer name the end is kept, for its ending says what the file is. */
const LONGEST_NAME = 200;
/** A connection over which nothing has moved for so long is taken for cut. */
const STALLED_MS = 30_000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000] as const;

const encoded = encodeURIComponent;

interface TransferOptions {
  /** An upload of this very file that was begun before; taken up where the server still has it. */
  readonly begun: string | null;
  readonly signal: AbortSignal;
  onBegun(id: string): void;
  onProgress(bytes: number): void;
  /** Whether the connection is cut, and tried again by itself. */
  onCut(isCut: boolean): void;
}

/** Sends a file, waiting for the connection as often as it is cut. Says the upload's id. Throws `ApiProblems`. */
export async function transfer(file: File, options: TransferOptions): Promise<string> {
  const { signal, onProgress, onCut } = options;
  const begun = options.begun === null ? null : await takenUp(options.begun, file, signal);
  const upload = begun ?? (await patiently(() => begin(file, signal), signal, onCut));
  options.onBegun(upload.id);
  let offset = upload.received;
  let misplaced = 0;
  onProgress(offset);
  while (offset < file.size) {
    const from = offset;
    try {
      offset = await patiently(
        () => sendPart(upload.id, file, from, signal, onProgress),
        signal,
        onCut,
        // What had arrived when the connection was cut need not be sent again.
        async () => (await stateOf(upload.id, signal)).received === from,
      );
      misplaced = 0;
    } catch (error) {
      const isMisplaced = error === MOVED || (error instanceof ApiProblems && error.status === 409);
      if (!isMisplaced || ++misplaced > 5) throw error;
      // The server may still be writing what came over the connection that was cut.
      if (misplaced > 1) await pause(RETRY_MS[0], signal);
      offset = (await patiently(() => stateOf(upload.id, signal), signal, onCut)).received;
    }
    onProgress(offset);
  }
  return upload.id;
}

/** Makes a data set of an upload. `wasKnown`: the server had one with the very same bytes. */
export async function importUpload(
  id: string,
  signal: AbortSignal,
): Promise<{ readonly dataset: Dataset; readonly wasKnown: boolean }> {
  const response = await request("POST", "/datasets", { body: { upload: id }, signal });
  return { dataset: (await response.json()) as Dataset, wasKnown: response.status === 200 };
}

/** The server lets go of what it has; asked twice where it is still writing. */
export async function cancelUpload(id: string): Promise<void> {
  const ask = () => request("DELETE", `/uploads/${encoded(id)}`);
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof ApiProblems) || error.status !== 409) throw error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS[1]));
    await ask();
  }
}

function begin(file: File, signal: AbortSignal): Promise<Upload> {
  return json<Upload>("POST", "/uploads", {
    body: { name: file.name.slice(-LONGEST_NAME), size: file.size },
    signal,
  });
}

function stateOf(id: string, signal: AbortSignal): Promise<Upload> {
  return json<Upload>("GET", `/uploads/${encoded(id)}`, { signal });
}

async function takenUp(id: string, file: File, signal: AbortSignal): Promise<Upload | null> {
  try {
    const upload = await stateOf(id, signal);
    return upload.size === file.size ? upload : null;
  } catch (error) {
    if (error instanceof ApiProblems) return null;
    throw error;
  }
}

/** Thrown where the server is at another place of the file than was thought. */
const MOVED = new Error("The upload is at another place.");

/** Does it, and again for as long as the server can't be reached. `isStillDue`: asked before it is done again. */
async function patiently<Answer>(
  action: () => Promise<Answer>,
  signal: AbortSignal,
  onCut: (isCut: boolean) => void,
  isStillDue?: () => Promise<boolean>,
): Promise<Answer> {
  for (let failures = 0; ; failures += 1) {
    try {
      if (failures > 0 && isStillDue !== undefined && !(await isStillDue())) {
        onCut(false);
        throw MOVED;
      }
      const answer = await action();
      if (failures > 0) onCut(false);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiProblems) || !error.isOffline) throw error;
      onCut(true);
      await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!, signal);
    }
  }
}

/** Waits, or until the browser says that it is on line again. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(new DOMException("Cancelled.", "AbortError"));
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener("online", end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

/** Sends the part at `offset`; says how much has arrived then. By XMLHttpRequest: fetch does not tell what was sent. */
function sendPart(
  id: string,
  file: File,
  offset: number,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const part = file.slice(offset, offset + PART_BYTES);
    const call = new XMLHttpRequest();
    let watch: ReturnType<typeof setTimeout>;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => call.abort(), STALLED_MS);
    };
    const cancel = () => call.abort();
    call.open("PATCH", `/api/uploads/${encoded(id)}`);
    call.setRequestHeader("Content-Type", "application/octet-stream");
    call.setRequestHeader("Upload-Offset", String(offset));
    call.upload.onprogress = ({ loaded }) => {
      alive();
      onProgress(offset + Math.min(loaded, part.size));
    };
    call.onloadend = () => {
      clearTimeout(watch);
      signal.removeEventListener("abort", cancel);
      if (signal.aborted) reject(new DOMException("Cancelled.", "AbortError"));
      else if (call.status === 0) reject(unreachable());
      else if (call.status >= 200 && call.status < 300) resolve(receivedIn(call) ?? offset + part.size);
      else reject(new ApiProblems(call.status, problemsIn(call)));
    };
    signal.addEventListener("abort", cancel);
    alive();
    call.send(part);
  });
}

function receivedIn(call: XMLHttpRequest): number | null {
  const { received } = (parsed(call.responseText) ?? {}) as { received?: unknown };
  return typeof received === "number" ? received : null;
}

function problemsIn(call: XMLHttpRequest): readonly Problem[] {
  const { problems } = (parsed(call.responseText) ?? {}) as { problems?: unknown };
  if (Array.isArray(problems)) return problems as readonly Problem[];
  return [
    {
      code: `http.${call.status}`,
      severity: "error",
      message: `The server answered ${call.status} ${call.statusText}.`,
    },
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
