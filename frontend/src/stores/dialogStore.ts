/** Which dialog is open; any feature may ask for another's. */

import { create } from "zustand";
import { dismissQuiet } from "./noticeStore";

export type DialogName =
  | "projects"
  | "gallery"
  | "datasets"
  | "fitInputs"
  | "runs"
  | "shortcuts"
  | "code"
  | "preflight"
  | "learned";

interface DialogState {
  readonly current: DialogName | null;
  open(dialog: DialogName): void;
  close(): void;
}

export const useDialogs = create<DialogState>((set) => ({
  current: null,
  open: (current) => {
    dismissQuiet();
    set({ current });
  },
  close: () => set({ current: null }),
}));
