/** Autosave: the open project goes to the server soon after each edit, and never over someone else's version. */

import { ApiProblems, api } from "../api/client";
import { canonicalText } from "../document/canonical";
import type { Document } from "../document/types";
import { useDocument } from "./documentStore";
import { dropDraft, keepDraft } from "./drafts";

const DEBOUNCE_MS = 800;
const RETRY_MS = 4000;

let timer: ReturnType<typeof setTimeout> | undefined;
let saving: Promise<void> | null = null;
/** What was sent while the connection broke: the server may have it, though it could not say so. */
let unanswered: Document | null = null;

/** Saves after each change of the document. Returns how to stop. */
export function startSaving(): () => void {
  const unsubscribe = useDocument.subscribe((state, before) => {
    if (state.document === before.document || state.projectId !== before.projectId || !state.projectId)
      return;
    if (state.etag) keepDraft(state.projectId, { etag: state.etag, document: state.document });
    if (state.saveState !== "conflict") schedule(DEBOUNCE_MS);
  });
  const retry = () => {
    if (useDocument.getState().saveState === "offline") void save();
  };
  const flush = () => {
    if (document.visibilityState === "hidden") void save();
  };
  window.addEventListener("online", retry);
  document.addEventListener("visibilitychange", flush);
  return () => {
    clearTimeout(timer);
    unsubscribe();
    window.removeEventListener("online", retry);
    document.removeEventListener("visibilitychange", flush);
  };
}

function schedule(delay: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void save(), delay);
}

/** Saves now what is not saved; resolves when it is, or when it could not be. */
export async function save(): Promise<void> {
  clearTimeout(timer);
  while (saving) await saving;
  const { projectId, etag, saveState } = useDocument.getState();
  const isNeeded = saveState === "unsaved" || saveState === "offline" || saveState === "failed";
  if (!projectId || !etag || !isNeeded) return;
  saving = put(projectId, etag).finally(() => {
    saving = null;
  });
  await saving;
}

async function put(projectId: string, etag: string): Promise<void> {
  const { document, setSaved } = useDocument.getState();
  setSaved(etag, "saving");
  try {
    const saved = await api.saveProject(projectId, document, etag);
    unanswered = null;
    if (!isStillOpen(projectId)) return;
    if (useDocument.getState().document === document) {
      dropDraft(projectId);
      setSaved(saved.etag, "saved");
    } else {
      keepDraft(projectId, { etag: saved.etag, document: useDocument.getState().document });
      setSaved(saved.etag, "unsaved");
      schedule(DEBOUNCE_MS);
    }
  } catch (error) {
    if (!isStillOpen(projectId)) return;
    if (!(error instanceof ApiProblems)) throw error;
    if (error.status === 412) await settle(projectId, etag, document);
    else if (error.isOffline) {
      unanswered = document;
      setSaved(etag, "offline");
      schedule(RETRY_MS);
    } else setSaved(etag, "failed");
  }
}

/** The server holds another version: a conflict, unless it is ours and only the answer was lost (or a reload came first). */
async function settle(projectId: string, etag: string, document: Document): Promise<void> {
  const theirs = await api.project(projectId).catch(() => null);
  if (!isStillOpen(projectId)) return;
  const { setSaved } = useDocument.getState();
  const ours = [document, ...(unanswered ? [unanswered] : [])];
  unanswered = null;
  if (!theirs || !ours.some((one) => isSameDocument(one, theirs.document))) {
    setSaved(etag, "conflict");
    return;
  }
  const current = useDocument.getState().document;
  if (isSameDocument(current, theirs.document)) {
    dropDraft(projectId);
    setSaved(theirs.etag, "saved");
  } else {
    keepDraft(projectId, { etag: theirs.etag, document: current });
    setSaved(theirs.etag, "unsaved");
    schedule(0);
  }
}

export function isSameDocument(a: Document, b: Document): boolean {
  return canonicalText(a) === canonicalText(b);
}

function isStillOpen(projectId: string): boolean {
  return useDocument.getState().projectId === projectId;
}

/** After a conflict: what the other side saved takes the place of ours. */
export async function loadTheirs(): Promise<void> {
  const { projectId, open } = useDocument.getState();
  if (!projectId) return;
  const theirs = await api.project(projectId);
  dropDraft(projectId);
  open({ id: theirs.id, etag: theirs.etag, document: theirs.document });
}

/** After a conflict: ours becomes a project of its own, theirs stays as it is. Returns the copy's id. */
export async function keepMineAsCopy(name: string): Promise<string> {
  const { projectId, document } = useDocument.getState();
  const mine: Document = { ...document, name };
  const copy = await api.createProject(mine);
  if (projectId) dropDraft(projectId);
  useDocument.getState().open({ id: copy.id, etag: copy.etag, document: mine });
  return copy.id;
}
