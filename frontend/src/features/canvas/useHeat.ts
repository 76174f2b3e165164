/** The shades of the open model's nodes by what was measured in them, for the painter and the elements alike. */

import { useEffect } from "react";
import { create } from "zustand";
import { firstInstance, weightsOwner } from "../../document/instances";
import { MAIN, type Model } from "../../document/types";
import { useDocument } from "../../stores/documentStore";
import { type Heat, heatOf } from "../../stores/layerStats";
import { useLayerStats } from "../../stores/layerStatsStore";
import type { CanvasEngine } from "./engine";

const NO_MODEL: Model = { layers: {}, nodes: {} };

interface HeatState {
  readonly heat: Heat | null;
  /** Where in the run it was measured. */
  readonly epoch: number;
  readonly step: number;
}

export const useHeat = create<HeatState>(() => ({ heat: null, epoch: 0, step: 0 }));

/** A part of a model that is called several times shows the measures of its first instance. */
export function useHeatOfModel(engine: CanvasEngine, model: string): void {
  const measure = useLayerStats((state) => state.heat);
  const latest = useLayerStats((state) => state.measured.at(-1));
  const document = useDocument((state) => state.document);
  useEffect(() => {
    const place = firstInstance(document, document.training?.model ?? MAIN, model);
    const opened = document.models[model] ?? NO_MODEL;
    const heat =
      measure === null || place === null
        ? null
        : heatOf(
            latest,
            measure,
            Object.entries(opened.nodes).map(([id, { layer }]) => ({
              id,
              layer,
              owner: weightsOwner(opened, layer),
            })),
            place,
          );
    useHeat.setState({ heat, epoch: latest?.epoch ?? 0, step: latest?.step ?? 0 });
    engine.change({ heat: heat?.nodes ?? null });
  }, [engine, model, document, measure, latest]);
}
