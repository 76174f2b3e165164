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

const DEBOUNCE_MS = 25;
const RETRY_MS = 3000;
const NO_PROBLEMS: readonly Problem[] = [];

export const useCheck = create<CheckState>(() => ({
  check: null,
  checked: null,
  isChecking: false,
  problems: NO_PROBLEMS,
}));

/** Checks the document now and after each change. Returns how to stop. */
export function startChecking(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let question: AbortController | undefined;

  async function ask(): Promise<void> {
    question?.abort();
    const mine = new AbortController();
    question = mine;
    const { document } = useDocument.getState();
    try {
      const check = await api.check(document, mine.signal);
      if (!mine.signal.aborted) {
        useCheck.setState({ check, checked: document, isChecking: false, problems: check.problems });
      }
    } catch (error) {
      if (mine.signal.aborted) return;
      const isRefused = error instanceof ApiProblems && !error.isOffline && error.status < 500;
      useCheck.setState({
        isChecking: false,
        ...(isRefused && { check: null, checked: document, problems: (error as ApiProblems).problems }),
      });
      if (!isRefused) timer = setTimeout(ask, RETRY_MS);
    }
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(ask, DEBOUNCE_MS);
    if (!useCheck.getState().isChecking) useCheck.setState({ isChecking: true });
  }

  soon();
  const unsubscribe = useDocument.subscribe((state, before) => {
    if (state.projectId !== before.projectId)
      useCheck.setState({ check: null, checked: null, problems: NO_PROBLEMS });
    if (state.document !== before.document && !isOnlyMoved(state.document, before.document)) soon();
  });
  return () => {
    clearTimeout(timer);
    question?.abort();
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
