/** Projects and examples on the server, and opening one of them. */

import { create } from "zustand";
import { ApiProblems, api, type Example, type Project } from "../api/client";
import { type Document, emptyDocument } from "../document/types";
import { t } from "../i18n";
import type { ProjectSummary } from "../schema";
import { useDocument } from "./documentStore";
import { draftOf, dropDraft } from "./drafts";
import { notify } from "./noticeStore";
import { useRun } from "./runStore";
import { isSameDocument, save } from "./saving";

interface ProjectsState {
  readonly projects: readonly ProjectSummary[];
  readonly examples: readonly Example[];
  readonly isLoading: boolean;
  readonly isFirstVisit: boolean;
  loadProjects(): Promise<void>;
  loadExamples(): Promise<void>;
  /** Opens a project, its draft if this machine has one, and its newest run. */
  openProject(id: string): Promise<void>;
  /** A new project on the server, opened. */
  createProject(document?: Document): Promise<void>;
  openExample(example: Example): Promise<void>;
  removeProject(id: string): Promise<void>;
  /** What the page opens with: the address' project, the last one, or an example. */
  openFirst(): Promise<void>;
  endFirstVisit(): void;
}

const LAST = "layerloom.lastProject";
const WELCOMED = "layerloom.welcomed";
const PATH = /^\/projects\/([^/]+)\/?$/;

export const useProjects = create<ProjectsState>((set, get) => {
  function show(project: Project): void {
    const draft = draftOf(project.id);
    const isCurrent = draft?.etag === project.etag;
    useDocument.getState().open({ id: project.id, etag: project.etag, document: project.document });
    if (draft && isCurrent) {
      // Edits that did not reach the server before the page was closed.
      useDocument.setState({ document: draft.document, saveState: "unsaved" });
      void save();
    } else if (draft && isSameDocument(draft.document, project.document)) {
      // They did reach it, while the page was being closed.
      dropDraft(project.id);
    } else if (draft) {
      useDocument.setState({ document: draft.document, etag: draft.etag, saveState: "conflict" });
    }
    remember(project.id);
  }

  return {
    projects: [],
    examples: [],
    isLoading: false,
    isFirstVisit: false,

    loadProjects: async () => {
      set({ isLoading: true });
      try {
        set({ projects: (await api.projects()).items });
      } finally {
        set({ isLoading: false });
      }
    },
    loadExamples: async () => {
      if (get().examples.length === 0) set({ examples: await api.examples() });
    },
    openProject: async (id) => {
      await save();
      const project = await api.project(id);
      show(project);
      if (get().isFirstVisit) get().endFirstVisit();
      await useRun.getState().attachToProject(project.id);
    },
    createProject: async (document) => {
      await save();
      show(await api.createProject(document ?? emptyDocument(t("project.untitled"))));
      if (get().isFirstVisit) get().endFirstVisit();
      useRun.getState().detach();
    },
    openExample: (example) => get().createProject(example.document),
    removeProject: async (id) => {
      await api.deleteProject(id);
      dropDraft(id);
      set({ projects: get().projects.filter((project) => project.id !== id) });
      if (useDocument.getState().projectId !== id) return;
      useDocument.setState({ projectId: null, etag: null });
      await get().openFirst();
    },
    openFirst: async () => {
      const wanted = [PATH.exec(window.location.pathname)?.[1], lastProject()];
      for (const id of wanted) {
        if (id && (await isOpened(() => get().openProject(decodeURIComponent(id))))) return;
      }
      await get().loadProjects();
      const [newest] = get().projects;
      if (newest && (await isOpened(() => get().openProject(newest.id)))) return;
      await get().loadExamples();
      const start = get().examples.find(({ id }) => id === "start") ?? get().examples[0];
      await get().createProject(start?.document);
      set({ isFirstVisit: isNew() });
    },
    endFirstVisit: () => {
      set({ isFirstVisit: false });
      keep(WELCOMED, "yes");
    },
  };
});

/** False where the project is no more; other failures are thrown. */
async function isOpened(open: () => Promise<void>): Promise<boolean> {
  try {
    await open();
    return true;
  } catch (error) {
    if (error instanceof ApiProblems && (error.status === 404 || error.status === 422)) return false;
    throw error;
  }
}

function remember(id: string): void {
  keep(LAST, id);
  const path = `/projects/${encodeURIComponent(id)}`;
  if (window.location.pathname !== path) window.history.replaceState(null, "", path);
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The address still names the project.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

const lastProject = () => read(LAST);
const isNew = () => read(WELCOMED) === null;

/** Runs something that talks to the server and says in words when it fails. */
export async function orNotify(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    notify("error", error instanceof Error ? error.message : String(error));
  }
}
