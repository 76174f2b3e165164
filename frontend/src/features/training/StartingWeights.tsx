/** Where training begins with weights that came along, from an import or a run: says so, and lets go of them. */

import { Button, Group, Text } from "@mantine/core";
import { Weight } from "lucide-react";

import { t } from "../../i18n";

interface StartingWeightsProps {
  readonly id: string;
  readonly error: string | undefined;
  readonly onForget: () => void;
}

export function StartingWeights({ id, error, onForget }: StartingWeightsProps) {
  return (
    <div className="starting-weights" data-weights={id}>
      <Group gap={8} wrap="nowrap" justify="space-between">
        <Group gap={8} wrap="nowrap">
          <Weight size={14} aria-hidden />
          <Text size="xs" title={id}>
            {t("training.beginsWithWeights")}
          </Text>
        </Group>
        <Button size="compact-xs" variant="default" name="weights" flex="none" onClick={onForget}>
          {t("training.forgetWeights")}
        </Button>
      </Group>
      {error !== undefined && (
        <Text size="xs" c="var(--ll-error)" mt={4}>
          {error}
        </Text>
      )}
    </div>
  );
}
