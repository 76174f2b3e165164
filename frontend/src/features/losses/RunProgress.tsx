/** How far the run is: state, epoch, step, time left, and what went wrong where something did. */

import { Badge, Group, Progress, Text } from "@mantine/core";

import { t } from "../../i18n";
import type { RunView } from "../../stores/runView";
import { duration } from "../../ui/numbers";
import { ProblemText } from "../../ui/ProblemText";
import { progressColor, StateBadge } from "./StateBadge";

interface RunProgressProps {
  readonly view: RunView;
  readonly isConnected: boolean;
}

export function RunProgress({ view, isConnected }: RunProgressProps) {
  const all = view.epochs * view.stepsPerEpoch;
  const done = Math.max(0, view.epoch - 1) * view.stepsPerEpoch + view.step;
  const percent = view.state === "finished" ? 100 : all > 0 ? (done / all) * 100 : 0;
  return (
    <div className="run-progress">
      <Group gap="sm" wrap="nowrap">
        <StateBadge state={view.state} />
        <Progress
          value={percent}
          size="sm"
          style={{ flex: 1, minWidth: 40 }}
          color={progressColor(view.state)}
          aria-label={t("losses.progress")}
          transitionDuration={150}
        />
        {view.epochs > 0 && (
          <Text size="xs" c="dimmed" className="tabular" style={{ whiteSpace: "nowrap" }}>
            {t("losses.epochOf", { epoch: view.epoch, epochs: view.epochs })}
            {" · "}
            {t("losses.stepOf", { step: view.step, steps: view.stepsPerEpoch })}
            {view.secondsLeft !== null &&
              view.state === "training" &&
              ` · ${t("losses.left", { time: duration(view.secondsLeft) })}`}
            {view.endedBy !== null && ` · ${t("losses.endedBy", { name: view.endedBy })}`}
            {view.device !== null && ` · ${view.device}`}
          </Text>
        )}
        {!isConnected && (
          <Badge size="sm" tt="none" variant="outline" color="orange" style={{ flexShrink: 0 }}>
            {t("losses.reconnecting")}
          </Badge>
        )}
      </Group>
      {view.problem !== null && (
        <div role="alert" className="run-problem">
          <ProblemText problem={view.problem} />
        </div>
      )}
    </div>
  );
}
