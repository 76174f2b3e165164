/** Files on their way to the server. One is sent at a time; they go on while the data page is closed. */

import { create } from "zustand";
import { ApiProblems } from "../api/client";
import { cancelUpload, importUpload, transfer } from "../api/uploads";
import { t } from "../i18n";
import type { Dataset, Problem } from "../schema";
import { showDataset, useData } from "./dataStore";
import { useDialogs } from "./dialogStore";
import { notify } from "./noticeStore";
import { refreshDatasets } from "./queries";
import { Speed } from "./speed";

export type UploadState = "waiting" | "sending" | "cut" | "reading" | "done" | "known" | "failed";

export interface FileUpload {
  readonly key: number;
  readonly file: File;
  readonly state: UploadState;
  readonly sent: number;
  /** Bytes a second; null while it is not known. */
  readonly speed: number | null;
  readonly problems: readonly Problem[];
  readonly dataset: Dataset | null;
}

interface UploadsState {
  /** The newest first. */
  readonly uploads: readonly FileUpload[];
  start(files: readonly File[]): void;
  /** Ends it wherever it is; the server keeps nothing of it. */
  cancel(key: number): void;
  /** A failed one again, from where the server has it. */
  retry(key: number): void;
  /** What is over stands in the list no longer. */
  dismiss(key: number): void;
}

let lastKey = 0;
/** Resolved when it is the next one's turn. */
let turn: Promise<unknown> = Promise.resolve();
const cancels = new Map<number, AbortController>();

export const useUploads = create<UploadsState>((set, get) => {
  const change = (key: number, patch: Partial<FileUpload>) =>
    set({ uploads: get().uploads.map((each) => (each.key === key ? { ...each, ...patch } : each)) });

  function enqueue(key: number, file: File): void {
    const cancel = new AbortController();
    cancels.set(key, cancel);
    const before = turn;
    turn = before.then(async () => {
      if (!cancel.signal.aborted) await send(key, file, cancel.signal);
      cancels.delete(key);
    });
  }

  async function send(key: number, file: File, signal: AbortSignal): Promise<void> {
    const speed = new Speed();
    change(key, { state: "sending" });
    try {
      const id = await transfer(file, {
        begun: begunBefore(file),
        signal,
        onBegun: (upload) => remember(file, upload),
        onProgress: (sent) => change(key, { sent, speed: speed.at(sent, performance.now()) }),
        onCut: (isCut) => {
          speed.reset();
          change(key, { state: isCut ? "cut" : "sending", speed: null });
        },
      });
      change(key, { state: "reading", sent: file.size, speed: null });
      const { dataset, wasKnown } = await importUpload(id, signal);
      forget(file);
      change(key, { state: wasKnown ? "known" : "done", dataset });
      await refreshDatasets();
      tell(dataset, wasKnown);
    } catch (error) {
      if (signal.aborted) return;
      const problems = error instanceof ApiProblems ? error.problems : [unexpected(error)];
      // What was refused is refused again: the next try begins anew.
      if (!(error instanceof ApiProblems && error.isOffline)) forget(file);
      change(key, { state: "failed", speed: null, problems });
      if (useDialogs.getState().current !== "datasets")
        notify("error", t("upload.failed", { name: file.name, why: problems[0]?.message ?? "" }));
    }
  }

  return {
    uploads: [],
    start: (files) => {
      const started = files.map((file): FileUpload => {
        lastKey += 1;
        return { key: lastKey, file, state: "waiting", sent: 0, speed: null, problems: [], dataset: null };
      });
      set({ uploads: [...started, ...get().uploads] });
      for (const { key, file } of started) enqueue(key, file);
    },
    cancel: (key) => {
      const file = get().uploads.find((each) => each.key === key)?.file;
      cancels.get(key)?.abort();
      set({ uploads: get().uploads.filter((each) => each.key !== key) });
      const upload = file && begunBefore(file);
      if (!file || !upload) return;
      forget(file);
      // The server lets go of it by itself after a while, should this not arrive.
      cancelUpload(upload).catch(() => undefined);
    },
    retry: (key) => {
      const file = get().uploads.find((each) => each.key === key)?.file;
      if (!file) return;
      change(key, { state: "waiting", problems: [] });
      enqueue(key, file);
    },
    dismiss: (key) => set({ uploads: get().uploads.filter((each) => each.key !== key) }),
  };
});

export function isUnderWay({ state }: FileUpload): boolean {
  return state === "waiting" || state === "sending" || state === "cut" || state === "reading";
}

/** On the data page the set is shown; elsewhere a notice leads there. */
function tell(dataset: Dataset, wasKnown: boolean): void {
  const { current } = useDialogs.getState();
  if (current === "datasets") {
    useData.getState().choose(dataset.id);
    return;
  }
  if (wasKnown && current === null) showDataset(dataset.id);
  notify("success", t(wasKnown ? "upload.known" : "upload.done", { name: dataset.name }), {
    label: t("upload.show"),
    run: () => showDataset(dataset.id),
  });
}

function unexpected(error: unknown): Problem {
  return {
    code: "upload.failed",
    severity: "error",
    message: error instanceof Error ? error.message : String(error),
  };
}

/** So that the same file, chosen again after a reload, goes on where it was. */
const nameOf = ({ name, size, lastModified }: File) => `layerloom.upload.${name}|${size}|${lastModified}`;

function begunBefore(file: File): string | null {
  try {
    return localStorage.getItem(nameOf(file));
  } catch {
    return null;
  }
}

function remember(file: File, upload: string): void {
  try {
    localStorage.setItem(nameOf(file), upload);
  } catch {
    // Then a reload begins anew.
  }
}

function forget(file: File): void {
  try {
    localStorage.removeItem(nameOf(file));
  } catch {
    // Nothing was kept, then.
  }
}
