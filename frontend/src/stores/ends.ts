/** The ends of the model that is trained: its Inputs and Outputs with what the check knows of them. */

import type { End } from "../document/proposals";
import { inputsOf, outputsOf } from "../document/questions";
import { type Document, MAIN } from "../document/types";
import type { CheckResult } from "../schema";

export interface Ends {
  readonly inputs: readonly End[];
  readonly outputs: readonly End[];
}

export function endsOf(document: Document, check: CheckResult | null): Ends {
  const id = document.training?.model ?? MAIN;
  const model = document.models[id];
  if (model === undefined) return { inputs: [], outputs: [] };
  const specs = check?.models[id]?.nodes;
  const end = (node: string): End => ({ id: node, spec: specs?.[node]?.outputs.output ?? null });
  return { inputs: inputsOf(model).map(end), outputs: outputsOf(model).map(end) };
}
