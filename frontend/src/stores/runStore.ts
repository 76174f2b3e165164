/** The run that the open project shows: started, followed, controlled; found again after a reload. */

import { create } from "zustand";
import { ApiProblems, api } from "../api/client";
import { type Connection, followRun } from "../api/runSocket";
import { t } from "../i18n";
import type { Problem, RunEvent } from "../schema";
import { useDocument } from "./documentStore";
import { useLayerStats } from "./layerStatsStore";
import { notify } from "./noticeStore";
import { isOver, newRunView, type RunView, withEvents } from "./runView";

interface RunStoreState {
  /** null: no run yet. A new object after each batch of events. */
  readonly view: RunView | null;
  readonly connection: Connection;
  /** Between pressing Train and the server's answer. */
  readonly isStarting: boolean;
  /** Why the last Train was refused. */
  readonly refused: readonly Problem[];

  start(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
  changeTraining(change: {
    loss_weights?: { readonly [output: string]: number };
    learning_rate?: number;
  }): Promise<void>;
  /** Shows a run from its first event on and follows it. */
  attach(runId: string): void;
  /** Shows the project's newest run, if it has one. */
  attachToProject(projectId: string): Promise<void>;
  detach(): void;
}

const NO_PROBLEMS: readonly Problem[] = [];
/** Events may come hundreds a second; what draws them hears of them this often. */
const DRAW_MS = 100;

export const useRun = create<RunStoreState>((set, get) => {
  let unfollow: (() => void) | null = null;

  /** A failed call in words; what was shown stays. */
  async function control(call: (id: string) => Promise<void>): Promise<void> {
    const id = get().view?.runId;
    if (!id) return;
    try {
      await call(id);
    } catch (error) {
      notify("error", error instanceof Error ? error.message : String(error));
    }
  }

  return {
    view: null,
    connection: "closed",
    isStarting: false,
    refused: NO_PROBLEMS,

    start: async () => {
      const { view, isStarting } = get();
      if (isStarting || (view && !isOver(view.state) && view.state !== "interrupted")) return;
      const { document, projectId } = useDocument.getState();
      set({ isStarting: true, refused: NO_PROBLEMS });
      try {
        const run = await startOnce((key) => api.startRun(document, projectId, key));
        get().attach(run.id);
      } catch (error) {
        if (!(error instanceof ApiProblems)) throw error;
        set({ refused: error.problems });
        notify("error", error.problems[0]?.message ?? t("run.not_started"));
      } finally {
        set({ isStarting: false });
      }
    },
    pause: () => control(api.pauseRun),
    resume: () => control(api.resumeRun),
    stop: () => control(api.stopRun),
    changeTraining: (change) => control((id) => api.changeTraining(id, change)),

    attach: (runId) => {
      unfollow?.();
      set({ view: newRunView(runId, lossWeights()), connection: "connecting", refused: NO_PROBLEMS });
      const pending: RunEvent[] = [];
      let isWaiting = false;
      const apply = () => {
        isWaiting = false;
        const view = get().view;
        if (view?.runId === runId) set({ view: withEvents(view, pending.splice(0)) });
      };
      useLayerStats.getState().follow(runId);
      unfollow = followRun(runId, {
        onEvents: (events) => {
          useLayerStats.getState().take(runId, events);
          pending.push(...events);
          if (!isWaiting) setTimeout(apply, DRAW_MS);
          isWaiting = true;
        },
        onConnection: (connection) => {
          if (get().view?.runId === runId) set({ connection });
        },
      });
    },
    attachToProject: async (projectId) => {
      get().detach();
      try {
        const { items } = await api.runs(100);
        const run = items.find(({ project }) => project === projectId);
        if (run && useDocument.getState().projectId === projectId && !get().view) get().attach(run.id);
      } catch {
        // Without its last run a project is still a project; the next Train says what is wrong.
      }
    },
    detach: () => {
      unfollow?.();
      unfollow = null;
      set({ view: null, connection: "closed", refused: NO_PROBLEMS });
    },
  };
});

/** A lost answer must not start a second run: the same key is sent again. */
async function startOnce<Answer>(start: (key: string) => Promise<Answer>): Promise<Answer> {
  const key = newKey();
  try {
    return await start(key);
  } catch (error) {
    if (error instanceof ApiProblems && error.status === 0) return start(key);
    throw error;
  }
}

function lossWeights(): { readonly [output: string]: number } {
  const outputs = useDocument.getState().document.training?.outputs ?? {};
  return Object.fromEntries(Object.entries(outputs).map(([id, { loss_weight }]) => [id, loss_weight ?? 1]));
}

/** `crypto.randomUUID` is missing where the page is not served from a secure origin. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
