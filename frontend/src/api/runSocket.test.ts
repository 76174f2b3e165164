import { describe, expect, it } from "vitest";
import type { RunEvent } from "../schema";
import { ApiProblems } from "./client";
import { type Connection, type EventSocket, followRun } from "./runSocket";

/** A socket that a test speaks through, over a journal that it may lose messages of. */
class FakeSocket implements EventSocket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  isClosed = false;

  close(): void {
    this.isClosed = true;
  }

  reconnect(): void {}

  send(events: RunEvent | readonly RunEvent[]): void {
    this.onmessage?.({ data: JSON.stringify(events) });
  }
}

const step = (seq: number): RunEvent => ({
  seq,
  kind: "step_ended",
  time: "2026-11-24T10:00:00Z",
  epoch: 1,
  step: seq,
  loss: 1,
  losses: {},
});
const finished = (seq: number): RunEvent => ({
  seq,
  kind: "run_finished",
  time: "2026-11-24T10:00:00Z",
  seconds: 1,
});

/** Everything that is waiting in promises. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function follow(journal: readonly RunEvent[] = [], fetchFailure?: Error) {
  const socket = new FakeSocket();
  const seen: number[] = [];
  const connections: Connection[] = [];
  const asked: number[] = [];
  let address: () => string = () => "";
  const stop = followRun("run 1", {
    onEvents: (events) => seen.push(...events.map(({ seq }) => seq)),
    onConnection: (connection) => connections.push(connection),
    openSocket: (url) => {
      address = url;
      return socket;
    },
    fetchEvents: async (_run, after) => {
      asked.push(after);
      if (fetchFailure) throw fetchFailure;
      // A page of two, as the server pages.
      return journal.filter(({ seq }) => seq > after).slice(0, 2);
    },
  });
  return { socket, seen, connections, asked, stop, address: () => address() };
}

describe("following a run", () => {
  it("gives events singly and in lists, each once", async () => {
    const { socket, seen } = follow();

    socket.send(step(1));
    socket.send([step(1), step(2), step(3)]);
    socket.send([step(2), step(3), step(4)]);
    await settled();

    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("asks at each connection for what comes after the last event", async () => {
    // The address needs a window; here it is enough that it names the number.
    const { socket, address } = follow();
    globalThis.window = { location: { protocol: "http:", host: "localhost" } } as never;

    expect(address()).toBe("ws://localhost/api/runs/run%201/events?after=0");
    socket.send([step(1), step(2)]);
    await settled();

    expect(address()).toBe("ws://localhost/api/runs/run%201/events?after=2");
  });

  it("fills a gap from the journal before it goes on", async () => {
    const { socket, seen, asked } = follow([1, 2, 3, 4, 5].map(step));

    socket.send(step(1));
    socket.send(step(5));
    socket.send(step(6));
    await settled();

    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asked[0]).toBe(1);
  });

  it("catches up when the connection is cut, and ends with the run", async () => {
    const { socket, seen, connections } = follow([step(1), step(2), finished(3)]);

    socket.onopen?.();
    socket.send(step(1));
    socket.onclose?.({ code: 1006 });
    await settled();

    expect(seen).toEqual([1, 2, 3]);
    expect(socket.isClosed).toBe(true);
    expect(connections).toEqual(["connecting", "live", "reconnecting", "closed"]);
  });

  it("takes nothing more after the end", async () => {
    const { socket, seen } = follow();

    socket.send([step(1), finished(2)]);
    socket.send(step(3));
    await settled();

    expect(seen).toEqual([1, 2]);
  });

  it("goes on waiting while the server is away, and gives up when the run is gone", async () => {
    const away = follow([], new ApiProblems(0, []));
    away.socket.onclose?.({ code: 1006 });
    await settled();
    expect(away.socket.isClosed).toBe(false);

    const gone = follow([], new ApiProblems(404, []));
    gone.socket.onclose?.({ code: 1006 });
    await settled();
    expect(gone.socket.isClosed).toBe(true);
  });

  it("stops when it is told to", async () => {
    const { socket, seen, stop } = follow();

    stop();
    socket.send(step(1));
    await settled();

    expect(socket.isClosed).toBe(true);
    expect(seen).toEqual([]);
  });
});
