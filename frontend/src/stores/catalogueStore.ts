/** The catalogue of layer types, optimizers, losses, metrics and callbacks, fetched once. */

import { create } from "zustand";
import { api } from "../api/client";
import type { Catalogue } from "../schema";

interface CatalogueState {
  readonly catalogue: Catalogue | null;
  readonly error: unknown;
  load(): Promise<void>;
}

export const useCatalogue = create<CatalogueState>((set) => ({
  catalogue: null,
  error: null,
  load: async () => {
    try {
      set({ catalogue: await api.layers(), error: null });
    } catch (error) {
      set({ error });
    }
  },
}));
