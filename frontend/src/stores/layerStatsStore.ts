/** What was measured in the layers of the run that the page shows, and by which measure the canvas is coloured. */

import { create } from "zustand";
import type { RunEvent } from "../schema";
import { type HeatMeasure, type Measured, withMeasured } from "./layerStats";

interface LayerStatsState {
  readonly runId: string | null;
  readonly measured: readonly Measured[];
  /** null: the canvas has its own colours. */
  readonly heat: HeatMeasure | null;
  /** Another run begins with nothing measured; the same keeps what it has. */
  follow(runId: string): void;
  /** Takes what was measured out of a run's events. */
  take(runId: string, events: readonly RunEvent[]): void;
  setHeat(heat: HeatMeasure | null): void;
}

export const useLayerStats = create<LayerStatsState>((set, get) => ({
  runId: null,
  measured: [],
  heat: null,
  follow: (runId) => {
    if (runId !== get().runId) set({ runId, measured: [] });
  },
  take: (runId, events) => {
    const fresh = events.filter((event) => event.kind === "layers_measured");
    if (fresh.length === 0) return;
    get().follow(runId);
    set({ measured: withMeasured(get().measured, fresh) });
  },
  setHeat: (heat) => set({ heat }),
}));
