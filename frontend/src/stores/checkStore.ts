/** The last check of the document: shapes, weights, problems. Asked anew after each edit; the latest answer wins. */

import { create } from "zustand";
import { ApiProblems, api } from "../api/client";
import type { Document } from "../document/types";
import type { CheckResult, Problem } from "../schema";
import { useDocument } from "./documentStore";

interface CheckState {
  readonly check: CheckResult | null;
  /** The document that `check` is about: unchanged parts are the same objects in the current one. */
  readonly checked: Document | null;
  readonly isChecking: boolean;
  readonly problems: readonly Problem[];
}

const RETRY_MS = 3000;
const NO_PROBLEMS: readonly Problem[] = [];

export const useCheck = create<CheckState>(() => ({
  check: null,
  checked: null,
  isChecking: false,
  problems: NO_PROBLEMS,
}));

/**
 * Checks the document now and after each change. Returns how to stop.
 *
 * One question at a time: what changes while the server answers is asked about when it has. So nothing waits for a
 * pause in the typing, and answers never overtake one another.
 */
export function startChecking(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopped = new AbortController();
  let isAsking = false;
  let isStale = false;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    if (isAsking) {
      isStale = true;
      return;
    }
    isAsking = true;
    isStale = false;
    const { document } = useDocument.getState();
    const failure = await answer(document);
    isAsking = false;
    if (stopped.signal.aborted) return;
    if (isStale) void ask();
    else if (failure === "later") timer = setTimeout(ask, RETRY_MS);
    else useCheck.setState({ isChecking: false });
  }

  async function answer(document: Document): Promise<"later" | null> {
    try {
      const check = await api.check(document, stopped.signal);
      useCheck.setState({ check, checked: document, problems: check.problems });
    } catch (error) {
      if (stopped.signal.aborted) return null;
      if (!(error instanceof ApiProblems) || error.isOffline || error.status >= 500) return "later";
      // Not a document at all: its problems are all that is known of it.
      useCheck.setState({ check: null, checked: document, problems: error.problems });
    }
    return null;
  }

  function askSoon(): void {
    useCheck.setState({ isChecking: true });
    // Changes that belong together have all been made when a microtask runs.
    queueMicrotask(() => void ask());
  }

  askSoon();
  const unsubscribe = useDocument.subscribe((state, before) => {
    if (state.projectId !== before.projectId)
      useCheck.setState({ check: null, checked: null, problems: NO_PROBLEMS });
    if (state.document !== before.document && !isOnlyMoved(state.document, before.document)) askSoon();
  });
  return () => {
    clearTimeout(timer);
    stopped.abort();
    unsubscribe();
  };
}

/** A change of positions or of the name changes no shape. */
function isOnlyMoved(after: Document, before: Document): boolean {
  return after.models === before.models && after.training === before.training;
}

/** Problems of one node; the same array as long as the check is the same. */
export function problemsOf(problems: readonly Problem[], model: string, node: string): readonly Problem[] {
  let byNode = known.get(problems);
  if (!byNode) {
    byNode = new Map();
    for (const problem of problems) {
      if (!problem.node) continue;
      const key = `${problem.model ?? ""}/${problem.node}`;
      const list = byNode.get(key);
      if (list) list.push(problem);
      else byNode.set(key, [problem]);
    }
    known.set(problems, byNode);
  }
  return byNode.get(`${model}/${node}`) ?? NO_PROBLEMS;
}

const known = new WeakMap<readonly Problem[], Map<string, Problem[]>>();
