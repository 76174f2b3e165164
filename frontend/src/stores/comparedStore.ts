/** Runs that are looked at side by side: each followed from its first event on, each with its document. */

import { create } from "zustand";
import { api } from "../api/client";
import type { Document } from "../document/types";
import { followView } from "./following";
import { notify } from "./noticeStore";
import { newRunView, type RunView } from "./runView";

export interface ComparedRun {
  readonly view: RunView;
  /** null until the server has told it. */
  readonly document: Document | null;
}

interface ComparedState {
  readonly runs: ReadonlyMap<string, ComparedRun>;
  /** Follows these runs and no others. */
  choose(ids: readonly string[]): void;
}

export const useCompared = create<ComparedState>((set, get) => {
  const stops = new Map<string, () => void>();

  function change(id: string, patch: Partial<ComparedRun>): void {
    const known = get().runs.get(id);
    if (known) set({ runs: new Map(get().runs).set(id, { ...known, ...patch }) });
  }

  function follow(id: string): ComparedRun {
    const view = newRunView(id);
    stops.set(id, followView(view, { onView: (next) => change(id, { view: next }) }));
    api.runDocument(id).then(
      (document) => change(id, { document }),
      (error: unknown) => notify("error", error instanceof Error ? error.message : String(error)),
    );
    return { view, document: null };
  }

  return {
    runs: new Map(),
    choose: (ids) => {
      for (const [id, stop] of stops) {
        if (ids.includes(id)) continue;
        stop();
        stops.delete(id);
      }
      const before = get().runs;
      set({ runs: new Map(ids.map((id) => [id, before.get(id) ?? follow(id)])) });
    },
  };
});
