/** A data set's proposal for a model, as offers that a person takes or leaves, and one command out of those taken. */

import type { DataBinding } from "./types";

/** What suits a data set: columns, shapes of the Inputs, and how each output learns. */
export interface Proposal {
  readonly data: DataBinding;
  readonly inputs: {
    readonly [input: string]: { readonly shape: readonly (number | null)[]; readonly dtype?: string };
  };
  readonly outputs: { readonly [output: string]: OutputProposal };
  readonly notes: readonly string[];
}

export interface OutputProposal {
  readonly loss?: string | null;
  readonly metrics?: readonly string[];
  readonly units?: number | null;
  readonly activation?: string | null;
}
