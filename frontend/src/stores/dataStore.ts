/** Which data set the data page shows; anything on the page may ask for one. */

import { create } from "zustand";
import { useDialogs } from "./dialogStore";

interface DataState {
  /** null: the one that the project uses. */
  readonly chosen: string | null;
  choose(dataset: string | null): void;
}

export const useData = create<DataState>((set) => ({
  chosen: null,
  choose: (chosen) => set({ chosen }),
}));

export function showDataset(dataset: string): void {
  useData.getState().choose(dataset);
  useDialogs.getState().open("datasets");
}
