/** Short messages that appear and go: what was refused and why, what failed, what was done. */

import { create } from "zustand";

export interface Notice {
  readonly id: number;
  readonly kind: "info" | "success" | "warning" | "error";
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
}

interface NoticeState {
  readonly notices: readonly Notice[];
  dismiss(id: number): void;
}

let lastId = 0;

export const useNotices = create<NoticeState>((set, get) => ({
  notices: [],
  dismiss: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
}));

const MOST = 4;
const SHOWN_MS = { info: 4000, success: 4000, warning: 6000, error: 10_000 } as const;

/** Shows a notice; the same text again renews it instead of standing there twice. */
export function notify(kind: Notice["kind"], text: string, action?: Notice["action"]): void {
  lastId += 1;
  const id = lastId;
  const others = useNotices.getState().notices.filter((notice) => notice.text !== text);
  useNotices.setState({ notices: [...others, { id, kind, text, action }].slice(-MOST) });
  setTimeout(() => useNotices.getState().dismiss(id), SHOWN_MS[kind]);
}

/** Before a dialog opens: what was said of the page would stand over its title. Errors stay. */
export function dismissQuiet(): void {
  const { notices } = useNotices.getState();
  useNotices.setState({ notices: notices.filter(({ kind }) => kind === "error") });
}
