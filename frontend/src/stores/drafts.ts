/** Unsaved work, kept in local storage until the server has it: it survives a reload and a server that is away. */

import type { Document } from "../document/types";

export interface Draft {
  /** The version on the server that the draft was made from. */
  readonly etag: string;
  readonly document: Document;
}

const keyOf = (projectId: string) => `layerloom.draft.${projectId}`;

export function keepDraft(projectId: string, draft: Draft): void {
  try {
    localStorage.setItem(keyOf(projectId), JSON.stringify(draft));
  } catch {
    // Full or forbidden: the server still gets the document.
  }
}

export function draftOf(projectId: string): Draft | null {
  try {
    const text = localStorage.getItem(keyOf(projectId));
    return text ? (JSON.parse(text) as Draft) : null;
  } catch {
    return null;
  }
}

export function dropDraft(projectId: string): void {
  try {
    localStorage.removeItem(keyOf(projectId));
  } catch {
    // Nothing was kept, then.
  }
}
