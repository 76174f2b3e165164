/** Follows a run's events over the websocket: every event once, in order, whatever happens to the connection. */

import { WebSocket as ReconnectingSocket } from "partysocket";
import type { RunEvent } from "../schema";
import { ApiProblems, api } from "./client";

export type Connection = "connecting" | "live" | "reconnecting" | "closed";

/** As much of a socket as is needed here; tests pass their own. */
export interface EventSocket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  close(): void;
  reconnect(): void;
}

export interface FollowOptions {
  readonly onEvents: (events: readonly RunEvent[]) => void;
  readonly onConnection?: (connection: Connection) => void;
  /** Events up to this number are known. */
  readonly after?: number;
  /** `url` is asked anew at each connection, for it names the last event that was seen. */
  readonly openSocket?: (url: () => string) => EventSocket;
  readonly fetchEvents?: (runId: string, after: number) => Promise<readonly RunEvent[]>;
}

const TERMINAL: ReadonlySet<RunEvent["kind"]> = new Set(["run_finished", "run_stopped", "run_failed"]);

/** Follows until the run is over, or until the returned function is called. */
export function followRun(runId: string, options: FollowOptions): () => void {
  const {
    onEvents,
    onConnection = () => {},
    openSocket = openReconnecting,
    fetchEvents = api.runEvents,
  } = options;
  let lastSeq = options.after ?? 0;
  let isEnded = false;
  /** Batches are taken one after another, also when one waits for a gap to be filled. */
  let work: Promise<void> = Promise.resolve();

  const socket = openSocket(() => addressOf(runId, lastSeq));
  onConnection("connecting");

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    stopWatching();
    socket.close();
    onConnection("closed");
  }

  function take(events: readonly RunEvent[]): void {
    const fresh: RunEvent[] = [];
    for (const event of events) {
      if (event.seq !== lastSeq + 1) continue;
      lastSeq = event.seq;
      fresh.push(event);
    }
    if (fresh.length > 0) onEvents(fresh);
    if (fresh.some(({ kind }) => TERMINAL.has(kind))) end();
  }

  /** Reads the journal until it has nothing more. */
  async function catchUp(): Promise<void> {
    while (!isEnded) {
      const before = lastSeq;
      take(await fetchEvents(runId, lastSeq));
      if (lastSeq === before) return;
    }
  }

  async function receive(events: readonly RunEvent[]): Promise<void> {
    if (isEnded) return;
    const next = events.find(({ seq }) => seq > lastSeq);
    if (next && next.seq > lastSeq + 1) await catchUp();
    take(events);
  }

  function enqueue(task: () => Promise<void>): void {
    work = work.then(task).catch((error: unknown) => {
      const isGone = error instanceof ApiProblems && [401, 403, 404, 410].includes(error.status);
      if (isGone) end();
    });
  }

  socket.onopen = () => onConnection("live");
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") return;
    const message = JSON.parse(data) as RunEvent | readonly RunEvent[];
    const events: readonly RunEvent[] = Array.isArray(message) ? message : [message as RunEvent];
    enqueue(() => receive(events));
  };
  socket.onclose = () => {
    if (isEnded) return;
    onConnection("reconnecting");
    // Also tells a run that is gone from a connection that is.
    enqueue(catchUp);
  };

  // A page that slept may hold a dead connection which nobody told it of.
  const stopWatching = onWake(() => {
    if (isEnded) return;
    const before = lastSeq;
    enqueue(async () => {
      await catchUp();
      if (!isEnded && lastSeq > before) socket.reconnect();
    });
  });

  return end;
}

function addressOf(runId: string, after: number): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/api/runs/${encodeURIComponent(runId)}/events?after=${after}`;
}

function openReconnecting(url: () => string): EventSocket {
  const socket = new ReconnectingSocket(url, [], {
    minReconnectionDelay: 200,
    maxReconnectionDelay: 5000,
    connectionTimeout: 5000,
    maxEnqueuedMessages: 0,
  });
  const outside: EventSocket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    close: () => socket.close(),
    reconnect: () => socket.reconnect(),
  };
  socket.addEventListener("open", () => outside.onopen?.());
  socket.addEventListener("message", (event) => outside.onmessage?.({ data: event.data }));
  socket.addEventListener("close", (event) => outside.onclose?.({ code: event.code }));
  return outside;
}

const SLEEP_MS = 5000;

function onWake(wake: () => void): () => void {
  if (typeof document === "undefined") return () => {};
  let hiddenSince: number | null = null;
  const listen = () => {
    if (document.visibilityState === "hidden") hiddenSince = Date.now();
    else if (hiddenSince !== null && Date.now() - hiddenSince > SLEEP_MS) wake();
  };
  const online = () => wake();
  document.addEventListener("visibilitychange", listen);
  window.addEventListener("online", online);
  return () => {
    document.removeEventListener("visibilitychange", listen);
    window.removeEventListener("online", online);
  };
}
