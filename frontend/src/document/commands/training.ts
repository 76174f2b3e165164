/** Commands on the training section, and what other commands do to it. */

import { command, refuse } from "../command";
import { withKey, withoutKeys, withRenamedKey, withTraining } from "../edit";
import type {
  ColumnBinding,
  DataBinding,
  Document,
  Fit,
  ModelId,
  NodeId,
  OutputTraining,
  Split,
  Training,
  Typed,
} from "../types";
import { MAIN } from "../types";

/** Any keys of the training section. `field` names what is being typed into, so that typing is one step of undo. */
export const setTraining = command(
  "setTraining",
  (document: Document, args: { patch: Partial<Training>; field?: string }) => ({
    document: withTraining(document, (training) => ({ ...training, ...args.patch })),
  }),
  (args) => args.field ?? Object.keys(args.patch).join(","),
);

export const setFit = command(
  "setFit",
  <Field extends keyof Fit>(document: Document, args: { field: Field; value: Fit[Field] }) => ({
    document: withTraining(document, (training) => {
      const fit =
        args.value === undefined
          ? withoutKeys(
              training.fit as { [key: string]: unknown } | undefined,
              new Set([args.field as string]),
            )
          : { ...training.fit, [args.field]: args.value };
      return { ...training, fit };
    }),
  }),
  (args) => String(args.field),
);

export const setOptimizer = command(
  "setOptimizer",
  (document: Document, args: { optimizer: Typed; field?: string }) => ({
    document: withTraining(document, (training) => ({ ...training, optimizer: args.optimizer })),
  }),
  (args) => args.field ?? "type",
);

/** Loss, loss weight, metrics of one output. */
export const setOutputTraining = command(
  "setOutputTraining",
  (document: Document, args: { output: NodeId; patch: Partial<OutputTraining> }) => ({
    document: withTraining(document, (training) => ({
      ...training,
      outputs: withKey(training.outputs, args.output, { ...training.outputs?.[args.output], ...args.patch }),
    })),
  }),
  (args) => `${args.output}.${Object.keys(args.patch).join(",")}`,
);

/** Which of the model's outputs learn. */
export const setOutputTrained = command(
  "setOutputTrained",
  (document: Document, args: { output: NodeId; isTrained: boolean }) => ({
    document: withTraining(document, (training) => ({
      ...training,
      outputs: args.isTrained
        ? withKey(training.outputs, args.output, training.outputs?.[args.output] ?? { loss: null })
        : withoutKeys(training.outputs, new Set([args.output])),
    })),
  }),
);

/** Another data set, with its columns by Input and Output. */
export const setData = command("setData", (document: Document, args: { data: DataBinding | null }) => ({
  document: withTraining(document, (training) => ({ ...training, data: args.data })),
}));

/** How the rows are divided; `null` takes it back to the last rows. `field` names what is being changed. */
export const setSplit = command(
  "setSplit",
  (document: Document, args: { split: Split | null; field?: string }) => ({
    document: withTraining(document, (training) => ({
      ...training,
      data:
        args.split === null
          ? withoutKeys(training.data as { [key: string]: unknown } | undefined, new Set(["split"]))
          : { ...training.data, split: args.split },
    })),
  }),
  (args) => args.field ?? "by",
);

/** The column (or columns) of one input or target; `null` takes it away. */
export const bindColumn = command(
  "bindColumn",
  (
    document: Document,
    args: {
      side: "inputs" | "targets";
      node: NodeId;
      column: ColumnBinding | null;
      /** What is being typed into, so that typing is one step of undo. */
      field?: string;
    },
  ) => ({
    document: withTraining(document, (training) => ({
      ...training,
      data: {
        ...training.data,
        [args.side]:
          args.column === null
            ? withoutKeys(training.data?.[args.side], new Set([args.node]))
            : withKey(training.data?.[args.side], args.node, args.column),
      },
    })),
  }),
  ({ side, node, field }) => (field === undefined ? undefined : `${side}.${node}.${field}`),
);

/** The column that tells how much each row counts for an output; `null` takes it away. */
export const setSampleWeights = command(
  "setSampleWeights",
  (document: Document, args: { output: NodeId; column: string | null }) => ({
    document: withTraining(document, (training) => {
      const { sample_weights: before, ...data } = training.data ?? {};
      const weights =
        args.column === null
          ? withoutKeys(before, new Set([args.output]))
          : withKey(before, args.output, args.column);
      const isEmpty = Object.keys(weights).length === 0;
      return { ...training, data: isEmpty ? data : { ...data, sample_weights: weights } };
    }),
  }),
);

export const setName = command(
  "setName",
  (document: Document, args: { name: string }) => {
    const name = args.name.trim().slice(0, 200);
    return name ? { document: { ...document, name } } : refuse("name.empty");
  },
  () => "name",
);

function isTrained(document: Document, model: ModelId): boolean {
  return (document.training?.model ?? MAIN) === model;
}

/** A new output of the trained model stands in the training section, with its loss still to choose. */
export function trainingWithOutput(document: Document, model: ModelId, output: NodeId): Document {
  if (!isTrained(document, model)) return document;
  return withTraining(document, (training) => ({
    ...training,
    outputs: withKey(training.outputs, output, training.outputs?.[output] ?? { loss: null }),
  }));
}

export function trainingWithoutNodes(
  document: Document,
  model: ModelId,
  gone: ReadonlySet<NodeId>,
): Document {
  const { training } = document;
  if (!training || !isTrained(document, model) || ![...gone].some((id) => isMentioned(training, id)))
    return document;
  const next: Training = {
    ...training,
    ...(training.outputs && { outputs: withoutKeys(training.outputs, gone) }),
    ...(training.inputs && { inputs: training.inputs.filter((id) => !gone.has(id)) }),
    ...(training.data && {
      data: {
        ...training.data,
        ...(training.data.inputs && { inputs: withoutKeys(training.data.inputs, gone) }),
        ...(training.data.targets && { targets: withoutKeys(training.data.targets, gone) }),
        ...(training.data.sample_weights && {
          sample_weights: withoutKeys(training.data.sample_weights, gone),
        }),
      },
    }),
  };
  return { ...document, training: next };
}

export function trainingWithRenamedNode(
  document: Document,
  model: ModelId,
  from: NodeId,
  to: NodeId,
): Document {
  const { training } = document;
  if (!training || !isTrained(document, model) || !isMentioned(training, from)) return document;
  const next: Training = {
    ...training,
    ...(training.outputs && { outputs: withRenamedKey(training.outputs, from, to) }),
    ...(training.inputs && { inputs: training.inputs.map((id) => (id === from ? to : id)) }),
    ...(training.data && {
      data: {
        ...training.data,
        ...(training.data.inputs && { inputs: withRenamedKey(training.data.inputs, from, to) }),
        ...(training.data.targets && { targets: withRenamedKey(training.data.targets, from, to) }),
        ...(training.data.sample_weights && {
          sample_weights: withRenamedKey(training.data.sample_weights, from, to),
        }),
      },
    }),
  };
  return { ...document, training: next };
}

function isMentioned(training: Training, node: NodeId): boolean {
  return (
    node in (training.outputs ?? {}) ||
    node in (training.data?.inputs ?? {}) ||
    node in (training.data?.targets ?? {}) ||
    node in (training.data?.sample_weights ?? {}) ||
    (training.inputs ?? []).includes(node)
  );
}
