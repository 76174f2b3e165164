/** What is known of a run from its events, applied each exactly once in the order of `seq`. */

import type { EpochEnded, Losses, Metrics, Problem, RunEvent, RunState } from "../schema";
import { Curves } from "./curves";

/** A moment of a run to be marked on the chart. */
export interface Mark {
  /** Steps since the start. */
  readonly x: number;
  /** Seconds of training until then. */
  readonly seconds: number;
  readonly event: MarkedEvent;
  /** Before `training_changed`: what the loss weights and the learning rate were. */
  readonly before: { readonly lossWeights: RunView["lossWeights"]; readonly learningRate: number | null };
}

export type MarkedEvent = Extract<
  RunEvent,
  {
    kind:
      | "training_changed"
      | "checkpoint_saved"
      | "run_paused"
      | "run_resumed"
      | "run_interrupted"
      | "run_started";
  }
>;

/** Name of the total in the curves; an output cannot have it, for it is no identifier. */
export const TOTAL = "(total)";
/** Name of the learning rate in the curves by epoch. */
export const LEARNING_RATE = "(learning rate)";

/** Name of a metric's curve; ids have no dots. */
export function metricKey(output: string, metric: string): string {
  return `${output}.${metric}`;
}

export interface RunView {
  readonly runId: string;
  readonly lastSeq: number;
  readonly state: RunState;
  readonly outputs: readonly string[];
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly device: string | null;
  readonly weights: number | null;
  /** The seed in use. */
  readonly seed: number | null;
  /** 1-based; 0 before the first step. */
  readonly epoch: number;
  readonly step: number;
  readonly loss: number | null;
  readonly losses: Losses;
  readonly lossWeights: { readonly [output: string]: number };
  readonly learningRate: number | null;
  readonly regularization: number | null;
  readonly epochTable: readonly EpochEnded[];
  readonly marks: readonly Mark[];
  readonly problem: Problem | null;
  /** The callback, or the time limit, that ended the run before its last epoch. */
  readonly endedBy: string | null;
  /** Seconds of training until now by the events' own clocks; pauses not counted. */
  readonly secondsTrained: number;
  readonly secondsLeft: number | null;
  /** By step: a curve an output, and `TOTAL`. The object stays; `revision` says that it grew. */
  readonly steps: Curves;
  /** By epoch, at its last step: losses, `TOTAL`, metrics by `metricKey`, the learning rate. */
  readonly epochCurves: Curves;
  /** The same on the validation rows. */
  readonly validation: Curves;
  readonly revision: number;
}

export function newRunView(runId: string): RunView {
  return {
    runId,
    lastSeq: 0,
    state: "queued",
    outputs: [],
    epochs: 0,
    stepsPerEpoch: 0,
    device: null,
    weights: null,
    seed: null,
    epoch: 0,
    step: 0,
    loss: null,
    losses: {},
    lossWeights: {},
    learningRate: null,
    regularization: null,
    epochTable: [],
    marks: [],
    problem: null,
    endedBy: null,
    secondsTrained: 0,
    secondsLeft: null,
    steps: new Curves(),
    epochCurves: new Curves(),
    validation: new Curves(),
    revision: 0,
  };
}

export function isOver(state: RunState): boolean {
  return state === "finished" || state === "stopped" || state === "failed";
}

type Draft = { -readonly [Key in keyof RunView]: RunView[Key] } & {
  epochTable: EpochEnded[];
  marks: Mark[];
};

/** Beside the view, for it is nobody's business: when training had last passed, and where this run began. */
interface Clock {
  last: number | null;
  /** Steps until the run's first; more than 0 where it goes on from an earlier run. */
  first: number | null;
}
const clocks = new WeakMap<Curves, Clock>();

/** The view after some more events; events that it has seen are passed over. */
export function withEvents(view: RunView, events: readonly RunEvent[]): RunView {
  // Lists are copied once a batch: a run of many epochs would cost their square else.
  const isGrowing = events.some(({ kind }) => kind !== "step_ended");
  const draft = {
    ...view,
    ...(isGrowing && { epochTable: [...view.epochTable], marks: [...view.marks] }),
  } as Draft;
  for (const event of events) {
    if (event.seq <= draft.lastSeq) continue;
    draft.lastSeq = event.seq;
    apply(draft, event);
  }
  if (draft.lastSeq === view.lastSeq) return view;
  draft.revision += 1;
  draft.secondsLeft = secondsLeft(draft);
  return draft;
}

function apply(draft: Draft, event: RunEvent): void {
  tick(draft, event);
  switch (event.kind) {
    case "run_queued":
      draft.state = "queued";
      break;
    case "run_started":
      draft.state = "training";
      draft.outputs = event.outputs;
      draft.epochs = event.epochs;
      draft.stepsPerEpoch = event.steps_per_epoch;
      draft.device = event.device;
      draft.weights = event.weights;
      draft.seed = event.seed;
      // A journal of an earlier version does not have these two.
      draft.lossWeights = event.loss_weights ?? {};
      clockOf(draft).first ??= (event.epoch ?? 0) * event.steps_per_epoch;
      draft.problem = null;
      if (event.attempt > 1) mark(draft, event);
      break;
    case "step_ended":
      draft.state = "training";
      draft.epoch = event.epoch;
      draft.step = event.step;
      draft.loss = event.loss;
      draft.losses = event.losses;
      draft.regularization = event.regularization ?? null;
      if (event.problem) draft.problem = event.problem;
      draft.steps.push(stepsUntil(draft), { ...event.losses, [TOTAL]: event.loss }, draft.secondsTrained);
      break;
    case "epoch_ended":
      draft.epoch = event.epoch;
      draft.step = draft.stepsPerEpoch;
      draft.learningRate = event.learning_rate;
      endEpoch(draft, event);
      break;
    case "training_changed":
      mark(draft, event);
      draft.lossWeights = { ...draft.lossWeights, ...event.loss_weights };
      draft.learningRate = event.learning_rate ?? draft.learningRate;
      break;
    case "checkpoint_saved":
      mark(draft, event);
      break;
    case "run_paused":
      draft.state = "paused";
      mark(draft, event);
      break;
    case "run_resumed":
      draft.state = "training";
      mark(draft, event);
      break;
    case "run_interrupted":
      draft.state = "interrupted";
      draft.problem = event.problem ?? null;
      mark(draft, event);
      break;
    case "run_stopped":
      draft.state = "stopped";
      break;
    case "run_finished":
      draft.state = "finished";
      draft.endedBy = event.ended_by ?? null;
      break;
    case "run_failed":
      draft.state = "failed";
      draft.problem = event.problem;
      break;
  }
}

function endEpoch(draft: Draft, event: EpochEnded): void {
  // An epoch that is trained again after an interruption replaces what it gave before.
  while (draft.epochTable.length > 0 && draft.epochTable.at(-1)!.epoch >= event.epoch) draft.epochTable.pop();
  draft.epochTable.push(event);
  const x = event.epoch * draft.stepsPerEpoch;
  const { loss, losses, metrics, validation } = event;
  const values = { ...losses, ...metricValues(metrics), [TOTAL]: loss, [LEARNING_RATE]: event.learning_rate };
  draft.epochCurves.push(x, values, draft.secondsTrained);
  if (!validation) return;
  const validated = { ...validation.losses, ...metricValues(validation.metrics), [TOTAL]: validation.loss };
  draft.validation.push(x, validated, draft.secondsTrained);
}

function metricValues(metrics: Metrics): { [key: string]: number | null } {
  const values: { [key: string]: number | null } = {};
  for (const [output, of] of Object.entries(metrics ?? {})) {
    for (const [metric, value] of Object.entries(of)) values[metricKey(output, metric)] = value;
  }
  return values;
}

/** Metrics by name, each once, in the order in which the outputs have them. */
export function metricsOf(view: RunView): readonly string[] {
  const last = view.epochTable.at(-1);
  return [...new Set(Object.values(last?.metrics ?? {}).flatMap((values) => Object.keys(values)))];
}

function stepsUntil(draft: Draft): number {
  return Math.max(0, draft.epoch - 1) * draft.stepsPerEpoch + draft.step;
}

function mark(draft: Draft, event: MarkedEvent): void {
  const { lossWeights, learningRate, secondsTrained } = draft;
  draft.marks.push({
    x: stepsUntil(draft),
    seconds: secondsTrained,
    event,
    before: { lossWeights, learningRate },
  });
}

function clockOf(draft: Draft): Clock {
  let clock = clocks.get(draft.steps);
  if (!clock) {
    clock = { last: null, first: null };
    clocks.set(draft.steps, clock);
  }
  return clock;
}

function tick(draft: Draft, event: RunEvent): void {
  const clock = clockOf(draft);
  const now = Date.parse(event.time);
  const isTraining = draft.state === "training" && event.kind !== "run_started";
  if (isTraining && clock.last !== null) draft.secondsTrained += Math.max(0, now - clock.last) / 1000;
  clock.last = now;
}

function secondsLeft(draft: Draft): number | null {
  if (draft.state !== "training" && draft.state !== "paused") return null;
  const first = clockOf(draft).first ?? 0;
  const done = stepsUntil(draft);
  const all = draft.epochs * draft.stepsPerEpoch;
  if (done <= first || all === 0) return null;
  return (draft.secondsTrained / (done - first)) * Math.max(0, all - done);
}
