/** Undo and redo: the commands that were run, each with the document before it. Documents share what did not change. */

import type { Command } from "./command";
import type { Document } from "./types";

interface Step {
  readonly command: Command;
  readonly before: Document;
  readonly after: Document;
  readonly time: number;
}

/** Immutable. `done` in order of time, `undone` with the next to redo at its end. */
export interface History {
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
}

export const MOST_STEPS = 500;
/** Typing in one field is one step as long as no pause is longer. */
export const COALESCE_MS = 1500;

export const emptyHistory: History = { done: [], undone: [] };

export function record(
  history: History,
  command: Command,
  before: Document,
  after: Document,
  time: number,
): History {
  if (after === before) return history;
  const last = history.done.at(-1);
  const isSameTyping =
    last !== undefined &&
    history.undone.length === 0 &&
    command.coalesce !== undefined &&
    last.command.coalesce === command.coalesce &&
    last.after === before &&
    time - last.time <= COALESCE_MS;
  if (isSameTyping) {
    return {
      done: [...history.done.slice(0, -1), { command, before: last.before, after, time }],
      undone: [],
    };
  }
  return { done: [...history.done, { command, before, after, time }].slice(-MOST_STEPS), undone: [] };
}

/** The history after one step back and the document there; null when there is none. */
export function undo(history: History): { history: History; document: Document; command: Command } | null {
  const step = history.done.at(-1);
  if (!step) return null;
  return {
    history: { done: history.done.slice(0, -1), undone: [...history.undone, step] },
    document: step.before,
    command: step.command,
  };
}

export function redo(history: History): { history: History; document: Document; command: Command } | null {
  const step = history.undone.at(-1);
  if (!step) return null;
  return {
    history: { done: [...history.done, step], undone: history.undone.slice(0, -1) },
    document: step.after,
    command: step.command,
  };
}
