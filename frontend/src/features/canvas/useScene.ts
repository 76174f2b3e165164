/** The scene of the open model, and what the stores say of it, given to the engine. */

import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useCatalogue } from "../../stores/catalogueStore";
import { useCheck } from "../../stores/checkStore";
import { useOpenModelId, usePorts } from "../../stores/derived";
import { useDocument } from "../../stores/documentStore";
import { useSelection } from "../../stores/selectionStore";
import type { CanvasEngine } from "./engine";
import { buildScene, type Scene } from "./scene/scene";

export function useScene(engine: CanvasEngine): Scene {
  const document = useDocument((state) => state.document);
  const models = document.models;
  const model = useOpenModelId();
  const view = document.view?.[model];
  const catalogue = useCatalogue((state) => state.catalogue);
  const check = useCheck((state) => state.check);
  const ports = usePorts();
  const before = useRef<Scene | null>(null);

  const scene = useMemo(() => {
    const known = before.current?.model === model ? before.current : null;
    const source = {
      document: { format: "", name: "", models, view: view && { [model]: view } },
      model,
      catalogue,
      check,
      ports,
    };
    return buildScene(source, known);
  }, [models, view, model, catalogue, check, ports]);
  before.current = scene;

  useLayoutEffect(() => engine.setScene(scene), [engine, scene]);
  return scene;
}

/** Selection, hovered layer and problems are painted; the painter hears of them without React. */
export function usePaintedStores(engine: CanvasEngine, model: string): void {
  useEffect(() => {
    const selection = () => {
      const { nodes, edges, hoverLayer } = useSelection.getState();
      engine.change({ selectedNodes: nodes, selectedEdges: edges, litLayer: hoverLayer });
    };
    const problems = () => {
      const badNodes = new Set<string>();
      const badPorts = new Set<string>();
      for (const problem of useCheck.getState().problems) {
        if (!problem.node || (problem.model && problem.model !== model) || problem.severity !== "error")
          continue;
        badNodes.add(problem.node);
        if (problem.port) badPorts.add(`${problem.node}.${problem.port}`);
      }
      engine.change({ badNodes, badPorts });
    };
    selection();
    problems();
    const forget = [useSelection.subscribe(selection), useCheck.subscribe(problems)];
    return () => {
      for (const stop of forget) stop();
    };
  }, [engine, model]);
}
