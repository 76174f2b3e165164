/** What follows from several stores together: the open model, its ports and its edges. */

import { useMemo } from "react";
import { type Edge, edgesOf, type PortLookup, portLookup } from "../document/ports";
import type { Model, ModelId } from "../document/types";
import { useCatalogue } from "./catalogueStore";
import { useCheck } from "./checkStore";
import { openModel, useDocument } from "./documentStore";

const NO_MODEL: Model = { layers: {}, nodes: {} };

export function useOpenModelId(): ModelId {
  return useDocument(openModel);
}

export function useOpenModel(): Model {
  return useDocument((state) => state.document.models[openModel(state)] ?? NO_MODEL);
}

/** Ports of the open model's layers. */
export function usePorts(): PortLookup {
  const document = useDocument((state) => state.document);
  const model = useOpenModelId();
  const catalogue = useCatalogue((state) => state.catalogue);
  const check = useCheck((state) => state.check);
  const checked = useCheck((state) => state.checked);
  return useMemo(
    () => portLookup(document, model, catalogue, check, checked),
    [document, model, catalogue, check, checked],
  );
}

export function useEdges(): readonly Edge[] {
  const model = useOpenModel();
  const ports = usePorts();
  return useMemo(() => edgesOf(model, ports), [model, ports]);
}

/** Ports of the open model's layers, asked outside of drawing (in an event handler). */
export function currentPorts(): PortLookup {
  const state = useDocument.getState();
  const { check, checked } = useCheck.getState();
  return portLookup(state.document, openModel(state), useCatalogue.getState().catalogue, check, checked);
}

export function currentModel(): Model {
  const state = useDocument.getState();
  return state.document.models[openModel(state)] ?? NO_MODEL;
}
