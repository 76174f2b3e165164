/** The run that the open project shows: started, followed, controlled; found again after a reload. */

import { create } from "zustand";
import { ApiProblems, api } from "../api/client";
import type { Connection } from "../api/runSocket";
import { t } from "../i18n";
import type { Problem, Run } from "../schema";
import { useDocument } from "./documentStore";
import { followView } from "./following";
import { useLayerStats } from "./layerStatsStore";
import { notify } from "./noticeStore";
import { runInAddress, showRunInAddress } from "./runAddress";
import { isOver, newRunView, type RunView } from "./runView";

interface RunStoreState {
  /** null: no run yet. A new object after each batch of events. */
  readonly view: RunView | null;
  readonly connection: Connection;
  /** Between pressing Train and the server's answer. */
  readonly isStarting: boolean;
  /** Why the last Train was refused. */
  readonly refused: readonly Problem[];

  /** Trains the open document, as long as none of its runs goes. */
  start(): Promise<void>;
  /** One more run of the open document, whatever else trains. */
  startAnother(): Promise<boolean>;
  /** A run that goes on from another's last state, until `epochs` epochs are done in all. */
  continueRun(run: Run, epochs: number): Promise<boolean>;
  /** Trains the open document from the weights that another run has learned, where they fit. */
  warmStart(runId: string): Promise<boolean>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
  changeTraining(change: {
    loss_weights?: { readonly [output: string]: number };
    learning_rate?: number;
  }): Promise<void>;
  /** Shows a run from its first event on and follows it. */
  attach(runId: string): void;
  /** Shows an earlier run, and names it in the address, so that it is there again after a reload. */
  open(runId: string): void;
  /** Shows the run that the address names, or the project's newest, if it has one. */
  attachToProject(projectId: string): Promise<void>;
  detach(): void;
}

const NO_PROBLEMS: readonly Problem[] = [];

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

  /** Starts a run and shows it; says why, and gives false, where the server refuses. */
  async function begin(start: (key: string) => Promise<Run>): Promise<boolean> {
    if (get().isStarting) return false;
    set({ isStarting: true, refused: NO_PROBLEMS });
    try {
      const run = await startOnce(start);
      get().attach(run.id);
      showRunInAddress(null);
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblems)) throw error;
      set({ refused: error.problems });
      notify("error", error.problems[0]?.message ?? t("run.not_started"));
      return false;
    } finally {
      set({ isStarting: false });
    }
  }

  return {
    view: null,
    connection: "closed",
    isStarting: false,
    refused: NO_PROBLEMS,

    start: async () => {
      const { view } = get();
      if (view && !isOver(view.state) && view.state !== "interrupted") return;
      await get().startAnother();
    },
    startAnother: () => {
      const { document, projectId } = useDocument.getState();
      return begin((key) => api.startRun({ document, project: projectId }, key));
    },
    continueRun: ({ id, project }, epochs) =>
      begin(async (key) => {
        // Its own document: the open one may have been changed since.
        const document = await api.runDocument(id);
        return api.startRun({ document, project, continues: id, training: { fit: { epochs } } }, key);
      }),
    warmStart: (id) => {
      const { document, projectId } = useDocument.getState();
      return begin((key) => api.startRun({ document, project: projectId, warm_start: id }, key));
    },
    pause: () => control(api.pauseRun),
    resume: () => control(api.resumeRun),
    stop: () => control(api.stopRun),
    changeTraining: (change) => control((id) => api.changeTraining(id, change)),

    attach: (runId) => {
      unfollow?.();
      useLayerStats.getState().follow(runId);
      set({ view: newRunView(runId), connection: "connecting", refused: NO_PROBLEMS });
      unfollow = followView(get().view!, {
        onView: (view) => set({ view }),
        onConnection: (connection) => set({ connection }),
        onEvents: (events) => useLayerStats.getState().take(runId, events),
      });
    },
    open: (runId) => {
      get().attach(runId);
      showRunInAddress(runId);
    },
    attachToProject: async (projectId) => {
      get().detach();
      const named = runInAddress();
      try {
        const isThere = named !== null && (await isKnown(named));
        const { items } = isThere ? { items: [] } : await api.runs({ project: projectId, limit: 1 });
        const run = isThere ? named : items[0]?.id;
        if (run && useDocument.getState().projectId === projectId && !get().view) get().attach(run);
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

/** False where the run was deleted. */
async function isKnown(runId: string): Promise<boolean> {
  try {
    await api.run(runId);
    return true;
  } catch (error) {
    if (error instanceof ApiProblems && error.status === 404) return false;
    throw error;
  }
}

/** `crypto.randomUUID` is missing where the page is not served from a secure origin. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
