/** The open project's document: changed only by commands, with undo and redo, and the model that is looked at. */

import { create } from "zustand";
import type { Command, Outcome } from "../document/command";
import { emptyHistory, type History, record, redo, undo } from "../document/history";
import { type Document, emptyDocument, MAIN, type ModelId } from "../document/types";
import { translated } from "../i18n";
import { announce } from "./announceStore";
import { notify } from "./noticeStore";
import { refusalText } from "./refusals";
import { useSelection } from "./selectionStore";

export type SaveState = "saved" | "unsaved" | "saving" | "offline" | "conflict" | "failed";

interface DocumentState {
  /** null: not on the server (yet). */
  readonly projectId: string | null;
  readonly etag: string | null;
  readonly document: Document;
  /** The way to the model that is looked at; the last is open, the others are its breadcrumb. */
  readonly modelPath: readonly ModelId[];
  readonly history: History;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly saveState: SaveState;

  /** Carries a command out as one step of undo. A refusal is shown to the person and returned. */
  run(command: Command): Outcome;
  undo(): void;
  redo(): void;
  /** Goes inside a model that the open one calls. */
  enterModel(model: ModelId): void;
  /** Shows the model at this place of the breadcrumb. */
  leaveTo(depth: number): void;
  /** Shows a model by itself (a tab). */
  showModel(model: ModelId): void;
  /** Another project; undo starts anew. */
  open(project: { id: string | null; etag: string | null; document: Document }): void;
  setSaved(etag: string | null, saveState: SaveState): void;
}

function firstModel(document: Document): ModelId {
  const wanted = document.training?.model ?? MAIN;
  return wanted in document.models ? wanted : (Object.keys(document.models)[0] ?? MAIN);
}

/** The part of a breadcrumb that still exists in a document. */
function existing(path: readonly ModelId[], document: Document): readonly ModelId[] {
  const end = path.findIndex((model) => !(model in document.models));
  const kept = end < 0 ? path : path.slice(0, end);
  return kept.length > 0 ? kept : [firstModel(document)];
}

function steps(history: History) {
  return { history, canUndo: history.done.length > 0, canRedo: history.undone.length > 0 };
}

export const useDocument = create<DocumentState>((set, get) => {
  const start = emptyDocument("Untitled");

  function show(modelPath: readonly ModelId[]): void {
    set({ modelPath });
    useSelection.getState().clear();
  }

  /** Selected nodes that a change took away are selected no longer. */
  function pruneSelection(): void {
    const { nodes, edges, select } = useSelection.getState();
    const { document, modelPath } = get();
    const model = document.models[modelPath.at(-1) ?? MAIN];
    const kept = [...nodes].filter((id) => model && id in model.nodes);
    if (kept.length !== nodes.size) select(kept, edges);
  }

  function travel(step: ReturnType<typeof undo>): void {
    if (!step) return;
    const { document, history } = step;
    set({
      document,
      modelPath: existing(get().modelPath, document),
      saveState: get().saveState === "conflict" ? "conflict" : "unsaved",
      ...steps(history),
    });
    pruneSelection();
  }

  return {
    projectId: null,
    etag: null,
    document: start,
    modelPath: [MAIN],
    saveState: "saved",
    ...steps(emptyHistory),

    run: (command) => {
      const { document: before, history } = get();
      const outcome = command.apply(before);
      if (outcome.refused) {
        notify("warning", refusalText(outcome.refused));
        return outcome;
      }
      const after = outcome.document;
      if (after !== before) {
        announce(translated(`did.${command.kind}`, "", { name: outcome.created?.[0] ?? "" }));
        set({
          document: after,
          modelPath: existing(renamedPath(get().modelPath, command), after),
          saveState: get().saveState === "conflict" ? "conflict" : "unsaved",
          ...steps(record(history, command, before, after, Date.now())),
        });
        pruneSelection();
      }
      return outcome;
    },
    undo: () => {
      const step = undo(get().history);
      travel(step);
      if (step) announce(translated("did.undo", ""));
    },
    redo: () => {
      const step = redo(get().history);
      travel(step);
      if (step) announce(translated("did.redo", ""));
    },
    enterModel: (model) => {
      if (model in get().document.models) show([...get().modelPath, model]);
    },
    leaveTo: (depth) => show(get().modelPath.slice(0, depth + 1)),
    showModel: (model) => show([model]),
    open: ({ id, etag, document }) => {
      set({
        projectId: id,
        etag,
        document,
        modelPath: [firstModel(document)],
        saveState: id ? "saved" : "unsaved",
        ...steps(emptyHistory),
      });
      useSelection.getState().clear();
    },
    setSaved: (etag, saveState) => set({ etag, saveState }),
  };
});

function renamedPath(path: readonly ModelId[], command: Command): readonly ModelId[] {
  if (command.kind !== "renameModel") return path;
  const { model, to } = command.args as { model: ModelId; to: ModelId };
  return path.map((id) => (id === model ? to : id));
}

/** Id of the model that is looked at. */
export function openModel(state: Pick<DocumentState, "modelPath">): ModelId {
  return state.modelPath.at(-1) ?? MAIN;
}
