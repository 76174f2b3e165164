/** What the last import could not take over as it was; null where there is nothing to say, or it has been read. */

import { create } from "zustand";
import type { Problem } from "../schema";
import { dismissQuiet } from "./noticeStore";

export interface ImportReport {
  readonly file: string;
  /** Whether there is a project of it now. */
  readonly isDone: boolean;
  readonly problems: readonly Problem[];
}

interface ImportState {
  readonly report: ImportReport | null;
  tell(report: ImportReport): void;
  close(): void;
}

export const useImports = create<ImportState>((set) => ({
  report: null,
  tell: (report) => {
    dismissQuiet();
    set({ report });
  },
  close: () => set({ report: null }),
}));
