/** Follows a run and gives its view again and again, at the pace at which a page can draw. */

import { type Connection, followRun } from "../api/runSocket";
import type { RunEvent } from "../schema";
import { type RunView, withEvents } from "./runView";

/** Events may come hundreds a second; what draws them hears of them this often. */
const DRAW_MS = 100;

interface Followed {
  readonly onView: (view: RunView) => void;
  readonly onConnection?: (connection: Connection) => void;
  /** The events themselves, as they come. */
  readonly onEvents?: (events: readonly RunEvent[]) => void;
}

/** From the run's first event on. Returns how to stop. */
export function followView(
  start: RunView,
  { onView, onConnection = () => {}, onEvents = () => {} }: Followed,
): () => void {
  let view = start;
  let isStopped = false;
  let isWaiting = false;
  const pending: RunEvent[] = [];
  const apply = () => {
    isWaiting = false;
    if (isStopped) return;
    view = withEvents(view, pending.splice(0));
    onView(view);
  };
  const unfollow = followRun(start.runId, {
    onEvents: (events) => {
      if (isStopped) return;
      onEvents(events);
      for (const event of events) pending.push(event);
      if (!isWaiting) setTimeout(apply, DRAW_MS);
      isWaiting = true;
    },
    onConnection: (connection) => {
      if (!isStopped) onConnection(connection);
    },
  });
  return () => {
    isStopped = true;
    unfollow();
  };
}
