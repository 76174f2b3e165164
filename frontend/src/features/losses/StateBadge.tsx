/** The state of a run, in a word and a colour that is read in light and in dark. */

import type { ReactNode } from "react";

import { t } from "../../i18n";
import type { RunState } from "../../schema";

type Tone = "accent" | "success" | "warning" | "error" | "plain";

const TONES: { readonly [state in RunState]: Tone } = {
  queued: "plain",
  starting: "plain",
  training: "accent",
  paused: "warning",
  interrupted: "warning",
  finished: "success",
  stopped: "plain",
  failed: "error",
};

interface StateBadgeProps {
  readonly state: RunState;
  /** In place of the state's name. */
  readonly children?: ReactNode;
}

export function StateBadge({ state, children }: StateBadgeProps) {
  return (
    <span className="state-badge" data-state={state} data-tone={TONES[state]}>
      {children ?? t(`losses.state.${state}`)}
    </span>
  );
}

export function progressColor(state: RunState): string {
  const tone = TONES[state];
  return tone === "plain" ? "var(--ll-border-strong)" : `var(--ll-${tone})`;
}
