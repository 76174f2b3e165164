/** What is known of a run from its events, applied each exactly once in the order of `seq`. */

import type { EpochEnded, Losses, Problem, RunEvent, RunState } from "../schema";
import { Curves } from "./curves";

/** A moment of a run to be marked on the chart. */
export interface Mark {
  /** Steps since the start. */
  readonly x: number;
  readonly event: RunEvent;
}

/** Name of the total in `steps` and `epochs`; an output cannot have it, for it is no identifier. */
export const TOTAL = "(total)";

export interface RunView {
  readonly runId: string;
  readonly lastSeq: number;
  readonly state: RunState;
  readonly outputs: readonly string[];
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly device: string | null;
  readonly weights: number | null;
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
  /** Seconds of training until now by the events' own clocks; pauses not counted. */
  readonly secondsTrained: number;
  readonly secondsLeft: number | null;
  /** By step: a curve an output, and `TOTAL`. The object stays; `revision` says that it grew. */
  readonly steps: Curves;
  /** By epoch, at its last step. */
  readonly epochCurves: Curves;
  readonly validation: Curves;
  readonly revision: number;
}

export function newRunView(runId: string, lossWeights: RunView["lossWeights"] = {}): RunView {
  return {
    runId,
    lastSeq: 0,
    state: "queued",
    outputs: [],
    epochs: 0,
    stepsPerEpoch: 0,
    device: null,
    weights: null,
    epoch: 0,
    step: 0,
    loss: null,
    losses: {},
    lossWeights,
    learningRate: null,
    regularization: null,
    epochTable: [],
    marks: [],
    problem: null,
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

type Draft = { -readonly [Key in keyof RunView]: RunView[Key] };

/** Clock of the last event that training had passed at, by view; lives beside it, for it is nobody's business. */
interface Clock {
  last: number | null;
}
const clocks = new WeakMap<Curves, Clock>();

/** The view after some more events; events that it has seen are passed over. */
export function withEvents(view: RunView, events: readonly RunEvent[]): RunView {
  const draft: Draft = { ...view };
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
      draft.steps.push(stepsUntil(draft), { ...event.losses, [TOTAL]: event.loss });
      break;
    case "epoch_ended": {
      draft.epoch = event.epoch;
      draft.step = draft.stepsPerEpoch;
      draft.learningRate = event.learning_rate;
      draft.epochTable = [...draft.epochTable.filter(({ epoch }) => epoch < event.epoch), event];
      const x = event.epoch * draft.stepsPerEpoch;
      draft.epochCurves.push(x, { ...event.losses, [TOTAL]: event.loss });
      if (event.validation)
        draft.validation.push(x, { ...event.validation.losses, [TOTAL]: event.validation.loss });
      break;
    }
    case "training_changed":
      draft.lossWeights = { ...draft.lossWeights, ...event.loss_weights };
      draft.learningRate = event.learning_rate ?? draft.learningRate;
      mark(draft, event);
      break;
    case "checkpoint_saved":
      break;
    case "run_paused":
      draft.state = "paused";
      mark(draft, event);
      break;
    case "run_resumed":
      draft.state = "training";
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
      break;
    case "run_failed":
      draft.state = "failed";
      draft.problem = event.problem;
      break;
  }
}

function stepsUntil(draft: Draft): number {
  return Math.max(0, draft.epoch - 1) * draft.stepsPerEpoch + draft.step;
}

function mark(draft: Draft, event: RunEvent): void {
  draft.marks = [...draft.marks, { x: stepsUntil(draft), event }];
}

function tick(draft: Draft, event: RunEvent): void {
  let clock = clocks.get(draft.steps);
  if (!clock) {
    clock = { last: null };
    clocks.set(draft.steps, clock);
  }
  const now = Date.parse(event.time);
  const isTraining = draft.state === "training" && event.kind !== "run_started";
  if (isTraining && clock.last !== null) draft.secondsTrained += Math.max(0, now - clock.last) / 1000;
  clock.last = now;
}

function secondsLeft(draft: Draft): number | null {
  if (draft.state !== "training" && draft.state !== "paused") return null;
  const done = stepsUntil(draft);
  const all = draft.epochs * draft.stepsPerEpoch;
  if (done === 0 || all === 0) return null;
  return (draft.secondsTrained / done) * (all - done);
}
