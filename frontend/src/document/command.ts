/** What a command is: a named, serialisable change of the document; one gesture is one command. */

import type { Document, ModelId, NodeId } from "./types";

/** Why a command changed nothing, as a key into the texts and its values. */
export interface Refusal {
  readonly code: string;
  readonly values: { readonly [name: string]: string | number };
}

export type Outcome =
  | {
      readonly document: Document;
      readonly created?: readonly NodeId[];
      readonly model?: ModelId;
      readonly refused?: undefined;
    }
  | {
      readonly refused: Refusal;
      readonly document?: undefined;
      readonly created?: undefined;
      readonly model?: undefined;
    };

/** Plain data (`kind`, `args`) that can be logged, sent and replayed, with the pure function that carries it out. */
export interface Command {
  readonly kind: string;
  readonly args: unknown;
  /** Commands that follow one another with the same key within a second become one step of undo (typing in a field). */
  readonly coalesce?: string;
  apply(document: Document): Outcome;
}

type Apply<Args> = (document: Document, args: Args) => Outcome;

/** `const connect = command("connect", (document, args: {…}) => …)`, used as `run(connect({…}))`. */
export function command<Args>(
  kind: string,
  apply: Apply<Args>,
  coalesce?: (args: Args) => string | undefined,
): (args: Args) => Command {
  return (args) => {
    const key = coalesce?.(args);
    return {
      kind,
      args,
      coalesce: key === undefined ? undefined : `${kind}:${key}`,
      apply: (document) => apply(document, args),
    };
  };
}

export function refuse(code: string, values: Refusal["values"] = {}): Outcome {
  return { refused: { code, values } };
}

/** Several commands as one step; refused as a whole when one is. */
export function batch(kind: string, commands: readonly Command[]): Command {
  return {
    kind,
    args: commands.map(({ kind: part, args }) => ({ kind: part, args })),
    apply: (document) => {
      let current = document;
      const created: NodeId[] = [];
      for (const part of commands) {
        const outcome = part.apply(current);
        if (outcome.refused) return outcome;
        current = outcome.document;
        created.push(...(outcome.created ?? []));
      }
      return { document: current, created };
    },
  };
}
