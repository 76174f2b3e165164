/** Before a run is deleted: what goes with it. */

import { Button, Group, Stack, Text } from "@mantine/core";

import { t } from "../../../i18n";
import type { Run } from "../../../schema";
import { momentInWords } from "./words";

interface DeleteRunProps {
  readonly run: Run;
  readonly onCancel: () => void;
  readonly onDelete: () => void;
}

export function DeleteRun({ run, onCancel, onDelete }: DeleteRunProps) {
  return (
    <Stack gap="sm" className="run-asked" role="alertdialog" aria-label={t("runs.delete")}>
      <Text size="sm">{t("runs.deleteText", { name: run.name, time: momentInWords(run.created) })}</Text>
      <Group gap="xs">
        <Button size="xs" color="red.9" onClick={onDelete}>
          {t("runs.deleteYes")}
        </Button>
        <Button size="xs" variant="default" onClick={onCancel}>
          {t("runs.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}
