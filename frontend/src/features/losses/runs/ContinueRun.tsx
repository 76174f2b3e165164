/** Before a run goes on for more epochs: how many. */

import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { t } from "../../../i18n";
import type { Run } from "../../../schema";
import { useRun } from "../../../stores/runStore";

interface ContinueRunProps {
  readonly run: Run;
  readonly onDone: (isStarted: boolean) => void;
}

export function ContinueRun({ run, onDone }: ContinueRunProps) {
  const isStarting = useRun((state) => state.isStarting);
  // A run that was stopped goes on from where it was.
  const done = run.state === "finished" ? run.progress.epochs : run.progress.epoch;
  const [more, setMore] = useState<number | string>(Math.max(1, run.progress.epochs - done || 10));
  const isGood = typeof more === "number" && more >= 1;
  return (
    <Stack gap="sm" component="section" aria-label={t("runs.continueTitle")} className="run-asked">
      <Text fw={600}>{t("runs.continueTitle")}</Text>
      <Text size="sm" c="dimmed">
        {t("runs.continueText", { epochs: done })}
      </Text>
      <NumberInput
        size="xs"
        w={160}
        label={t("runs.moreEpochs")}
        min={1}
        max={1_000_000}
        allowDecimal={false}
        value={more}
        onChange={setMore}
      />
      <Group gap="xs">
        <Button
          size="xs"
          disabled={!isGood}
          loading={isStarting}
          onClick={() => {
            if (!isGood) return;
            void useRun
              .getState()
              .continueRun(run, done + more)
              .then((isStarted) => isStarted && onDone(true));
          }}
        >
          {t("runs.continueNow")}
        </Button>
        <Button size="xs" variant="default" onClick={() => onDone(false)}>
          {t("runs.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}
