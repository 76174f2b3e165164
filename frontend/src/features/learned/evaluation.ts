/** Keras' flat keys as a table: a row for each output, a column for each number. Pure. */

import type { Evaluation } from "../../schema/measured";

export interface EvaluationRow {
  readonly output: string;
  readonly loss: number | null | undefined;
  readonly metrics: { readonly [metric: string]: number | null };
}

/** With one output nothing bears its name: all but the loss is its metrics. A longer name goes first: `a_b` before `a`. */
export function byOutput(found: Evaluation, outputs: readonly string[]): readonly EvaluationRow[] {
  if (outputs.length === 1) {
    const { loss, ...metrics } = found;
    return [{ output: outputs[0]!, loss, metrics }];
  }
  const longestFirst = [...outputs].sort((a, b) => b.length - a.length);
  const rows = new Map(outputs.map((output) => [output, {} as { [metric: string]: number | null }]));
  for (const [key, value] of Object.entries(found)) {
    const output = longestFirst.find((name) => key.startsWith(`${name}_`));
    if (output !== undefined) rows.get(output)![key.slice(output.length + 1)] = value;
  }
  return outputs.map((output) => {
    const { loss, ...metrics } = rows.get(output)!;
    return { output, loss, metrics };
  });
}
