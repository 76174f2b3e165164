/** An Output while its model trains: its loss, the weight in force, and how much of the total loss it is. */

import { Group, Progress, Stack, Text } from "@mantine/core";

import { MAIN, type ModelId, type NodeId } from "../../document/types";
import { t } from "../../i18n";
import { useDocument } from "../../stores/documentStore";
import { shareOfLoss } from "../../stores/lossShare";
import { useRun } from "../../stores/runStore";
import { outputColor } from "../../ui/colors";
import { shortNumber } from "../../ui/numbers";

export function OutputShare({ modelId, output }: { readonly modelId: ModelId; readonly output: NodeId }) {
  const trained = useDocument((state) => state.document.training?.model ?? MAIN);
  const losses = useRun((state) => state.view?.losses);
  const weights = useRun((state) => state.view?.lossWeights);
  const regularization = useRun((state) => state.view?.regularization ?? 0);
  const outputs = useRun((state) => state.view?.outputs);
  const loss = losses?.[output];
  if (trained !== modelId || losses === undefined || loss === undefined) return null;
  const weight = weights?.[output] ?? 1;
  const share = shareOfLoss(losses, (id) => weights?.[id] ?? 1, regularization)?.get(output);
  return (
    <Stack gap={4} data-output-share={output}>
      <Text className="section-heading" component="h3">
        {t("inspector.outputLoss")}
      </Text>
      <Group justify="space-between" gap="xs">
        <Text size="xs" className="tabular">
          {t("inspector.lossTimesWeight", { loss: shortNumber(loss), weight: shortNumber(weight) })}
        </Text>
        {share !== undefined && (
          <Text size="xs" fw={600} className="tabular">
            {t("training.share", { percent: Math.round(share * 100) })}
          </Text>
        )}
      </Group>
      {share !== undefined && (
        <Progress
          size="sm"
          value={share * 100}
          color={outputColor(Math.max(0, outputs?.indexOf(output) ?? 0))}
          aria-label={t("training.share", { percent: Math.round(share * 100) })}
        />
      )}
    </Stack>
  );
}
