import { describe, expect, it } from "vitest";
import type { RunEvent } from "../schema";
import { Curves } from "./curves";
import { LEARNING_RATE, metricKey, metricsOf, newRunView, TOTAL, withEvents } from "./runView";

let seq = 0;

function event<Kind extends RunEvent["kind"]>(
  kind: Kind,
  second: number,
  rest: Omit<Extract<RunEvent, { kind: Kind }>, "seq" | "kind" | "time">,
): RunEvent {
  seq += 1;
  return { seq, kind, time: new Date(second * 1000).toISOString(), ...rest } as unknown as RunEvent;
}

function started(attempt = 1) {
  return event("run_started", 0, {
    outputs: ["main", "aux"],
    epochs: 2,
    steps_per_epoch: 2,
    device: "cpu",
    weights: 10,
    seed: 1,
    attempt,
    epoch: 0,
    loss_weights: { main: 1, aux: 0.2 },
    precision: "float32",
  });
}

const step = (epoch: number, index: number, second: number, loss: number | null = 1) =>
  event("step_ended", second, { epoch, step: index, loss, losses: { main: loss, aux: 0.5 } });

describe("a run's view", () => {
  it("has a point of every output for each step, counted over epochs", () => {
    seq = 0;
    const view = withEvents(newRunView("r"), [started(), step(1, 1, 1), step(1, 2, 2), step(2, 1, 3, 0.25)]);

    expect([...view.steps.x.values]).toEqual([1, 2, 3]);
    expect([...view.steps.values("main")]).toEqual([1, 1, 0.25]);
    expect([...view.steps.values(TOTAL)]).toEqual([1, 1, 0.25]);
    expect(view).toMatchObject({ epoch: 2, step: 1, state: "training", losses: { main: 0.25, aux: 0.5 } });
  });

  it("applies each event once", () => {
    seq = 0;
    const events = [started(), step(1, 1, 1), step(1, 2, 2)];
    const once = withEvents(newRunView("r"), events);

    expect(withEvents(once, events)).toBe(once);
    expect(once.steps.length).toBe(2);
  });

  it("tells the time left from the time that it took, without its pauses", () => {
    seq = 0;
    const view = withEvents(newRunView("r"), [
      started(),
      step(1, 1, 2),
      event("run_paused", 2, {}),
      event("run_resumed", 1000, {}),
      step(1, 2, 1002),
    ]);

    expect(view.secondsLeft).toBe(4);
  });

  it("drops the steps that a resumed run goes over again", () => {
    seq = 0;
    const view = withEvents(newRunView("r"), [
      started(),
      step(1, 1, 1),
      step(1, 2, 2),
      step(2, 1, 3),
      event("run_interrupted", 3, {
        problem: { code: "run.worker_died", severity: "error", message: "", hint: "" },
      }),
      started(2),
      step(2, 1, 5, 0.125),
    ]);

    expect([...view.steps.x.values]).toEqual([1, 2, 3]);
    expect(view.steps.values("main")[2]).toBe(0.125);
    expect(view.marks.map(({ event: { kind } }) => kind)).toEqual(["run_interrupted", "run_started"]);
  });

  it("shows a loss that is no number as a gap", () => {
    seq = 0;
    const view = withEvents(newRunView("r"), [started(), step(1, 1, 1, null)]);

    expect(view.steps.values("main")[0]).toBeNaN();
    expect(view.losses.main).toBeNull();
  });
});

describe("a run's epochs and marks", () => {
  const epoch = (index: number, second: number, loss: number, rest: object = {}) =>
    event("epoch_ended", second, {
      epoch: index,
      loss,
      losses: { main: loss, aux: 0.5 },
      metrics: { main: { accuracy: 1 - loss } },
      validation: {
        loss: loss + 1,
        losses: { main: loss + 1, aux: 1 },
        metrics: { main: { accuracy: 0.25 } },
      },
      seconds: 1,
      samples_per_second: 1,
      learning_rate: 0.01,
      ...rest,
    });

  it("are curves of losses, metrics and the learning rate, at the last step of each epoch", () => {
    seq = 0;
    const view = withEvents(newRunView("r"), [started(), step(1, 2, 1), epoch(1, 2, 0.5), epoch(2, 4, 0.25)]);

    expect([...view.epochCurves.x.values]).toEqual([2, 4]);
    expect([...view.epochCurves.values(metricKey("main", "accuracy"))]).toEqual([0.5, 0.75]);
    expect([...view.epochCurves.values(LEARNING_RATE)]).toEqual([0.01, 0.01]);
    expect([...view.validation.values(TOTAL)]).toEqual([1.5, 1.25]);
    expect(metricsOf(view)).toEqual(["accuracy"]);
    expect(view.epochTable.map(({ epoch: number }) => number)).toEqual([1, 2]);
  });

  it("that are trained again replace what they gave before", () => {
    seq = 0;
    const before = withEvents(newRunView("r"), [started(), epoch(1, 1, 0.5), epoch(2, 2, 0.4)]);
    const view = withEvents(before, [started(2), epoch(2, 5, 0.3)]);

    expect(view.epochTable.map(({ loss }) => loss)).toEqual([0.5, 0.3]);
    expect([...view.epochCurves.values(TOTAL)]).toEqual([0.5, 0.3]);
    expect(before.epochTable).toHaveLength(2);
  });

  it("tell what was changed and what it was before", () => {
    seq = 0;
    const view = withEvents(newRunView("r"), [
      started(),
      step(1, 1, 4),
      event("training_changed", 4, { loss_weights: { aux: 0.5 }, learning_rate: 0.002 }),
      event("checkpoint_saved", 5, { epoch: 1, name: "last" }),
    ]);

    expect(view.marks.map(({ x, seconds, event: { kind } }) => [x, seconds, kind])).toEqual([
      [1, 4, "training_changed"],
      [1, 5, "checkpoint_saved"],
    ]);
    expect(view.marks[0]!.before.lossWeights).toEqual({ main: 1, aux: 0.2 });
    expect(view.lossWeights).toEqual({ main: 1, aux: 0.5 });
  });

  it("of a run that goes on from another count its time left by its own steps", () => {
    seq = 0;
    const goesOn = { ...started(), epochs: 4, epoch: 2 } as RunEvent;
    const view = withEvents(newRunView("r"), [goesOn, step(3, 1, 2), step(3, 2, 4)]);

    expect(view.secondsLeft).toBe(4);
  });
});

describe("curves", () => {
  it("grow without losing a point, and a curve that comes later begins with gaps", () => {
    const curves = new Curves();
    for (let x = 1; x <= 1000; x += 1) curves.push(x, x > 500 ? { a: x, b: -x } : { a: x });

    expect(curves.length).toBe(1000);
    expect(curves.values("a")[999]).toBe(1000);
    expect(curves.values("b")[0]).toBeNaN();
    expect(curves.values("b")[999]).toBe(-1000);
  });
});
