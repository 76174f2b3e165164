/** From a problem to its place. */

import { MAIN } from "../document/types";
import type { Problem } from "../schema";
import { openModel, useDocument } from "./documentStore";
import { useSelection } from "./selectionStore";

/** Shows the problem's model, selects its node, brings both into view, and points at the field. */
export function goTo(problem: Problem): void {
  const state = useDocument.getState();
  const model = problem.model ?? state.document.training?.model ?? MAIN;
  if (model in state.document.models && model !== openModel(state)) state.showModel(model);
  const { select, requestFocus, setField } = useSelection.getState();
  if (problem.node && problem.node in (state.document.models[model]?.nodes ?? {})) {
    select([problem.node]);
    requestFocus(model, [problem.node]);
  }
  setField(problem.field ?? null);
}
