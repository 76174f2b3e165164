/** A run in the list: chosen for comparing, what it is, how far it is, how good. */

import { Checkbox, Progress, Text, UnstyledButton } from "@mantine/core";

import { t } from "../../../i18n";
import type { Run } from "../../../schema";
import { outputColor } from "../../../ui/colors";
import { steadyNumber } from "../../../ui/numbers";
import { progressColor, StateBadge } from "../StateBadge";
import { type Asked, RunMenu } from "./RunMenu";
import { durationOf, letterOf, momentInWords } from "./words";

interface RunRowProps {
  readonly run: Run;
  /** Place among the compared; -1: not compared. */
  readonly place: number;
  readonly isShown: boolean;
  readonly isOpen: boolean;
  readonly queuePlace: number | undefined;
  readonly onShow: () => void;
  readonly onCompare: (isCompared: boolean) => void;
  readonly onOpen: () => void;
  readonly onTry: () => void;
  readonly onAsk: (asked: Asked) => void;
}

export function RunRow(props: RunRowProps) {
  const { run, place, isShown, isOpen, queuePlace, onShow, onCompare, onOpen, onTry, onAsk } = props;
  const moment = momentInWords(run.created);
  const name = `${run.name}, ${moment}`;
  const { epoch, epochs, step, steps } = run.progress;
  const percent = epochs * steps > 0 ? ((Math.max(0, epoch - 1) * steps + step) / (epochs * steps)) * 100 : 0;
  const losses = Object.entries(run.latest).map(([output, loss]) => `${output} ${steadyNumber(loss)}`);
  const facts = [moment, durationOf(run, Date.now()), run.device].filter((fact) => fact !== null);
  return (
    <li className="run-row" data-run-row={run.id} data-state={run.state} data-chosen={isShown || undefined}>
      <Checkbox
        size="xs"
        aria-label={t("runs.compareOne", { name })}
        checked={place >= 0}
        onChange={(event) => onCompare(event.currentTarget.checked)}
      />
      <UnstyledButton className="run-choose" aria-current={isShown} onClick={onShow}>
        <span className="run-title">
          {place >= 0 && <RunLetter place={place} />}
          <Text component="span" size="sm" fw={500} truncate>
            {run.name}
          </Text>
          <StateBadge state={run.state}>
            {queuePlace === undefined ? undefined : t("runs.queuePlace", { place: queuePlace })}
          </StateBadge>
          {isOpen && (
            <Text component="span" size="xs" c="dimmed" style={{ flexShrink: 0 }}>
              {t("runs.isOpen")}
            </Text>
          )}
        </span>
        <Text component="span" size="xs" c="dimmed" className="tabular run-line">
          {facts.join(" · ")}
        </Text>
        {losses.length > 0 && (
          <Text component="span" size="xs" c="dimmed" className="tabular run-line">
            {losses.join(" · ")}
          </Text>
        )}
        {(run.state === "training" || run.state === "paused") && (
          <Progress
            size={4}
            mt={4}
            value={percent}
            color={progressColor(run.state)}
            aria-label={t("losses.progress")}
          />
        )}
      </UnstyledButton>
      <RunMenu run={run} name={name} onOpen={onOpen} onTry={onTry} onAsk={onAsk} />
    </li>
  );
}

/** A run's letter in its colour, as it stands at the end of its curve. */
export function RunLetter({ place }: { readonly place: number }) {
  return (
    <span className="run-letter" style={{ background: outputColor(place) }}>
      {letterOf(place)}
    </span>
  );
}
