/** Someone else saved the project meanwhile: theirs, or mine as a copy. Nothing is overwritten. */

import { Button, Group, Modal, Text } from "@mantine/core";
import { useState } from "react";
import { t } from "../i18n";
import { useDocument } from "../stores/documentStore";
import { orNotify, useProjects } from "../stores/projectsStore";
import { keepMineAsCopy, loadTheirs } from "../stores/saving";

export function ConflictDialog() {
  const isConflict = useDocument((state) => state.saveState === "conflict");
  const name = useDocument((state) => state.document.name);
  const [isBusy, setBusy] = useState(false);

  async function settle(action: () => Promise<void>): Promise<void> {
    setBusy(true);
    await orNotify(action);
    setBusy(false);
  }

  return (
    <Modal
      opened={isConflict}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t("conflict.title")}
    >
      <Text size="sm">{t("conflict.text", { name })}</Text>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" disabled={isBusy} onClick={() => void settle(loadTheirs)}>
          {t("conflict.theirs")}
        </Button>
        <Button
          disabled={isBusy}
          onClick={() =>
            void settle(async () => {
              const id = await keepMineAsCopy(t("conflict.copy_name", { name }));
              await useProjects.getState().openProject(id);
            })
          }
        >
          {t("conflict.mine")}
        </Button>
      </Group>
    </Modal>
  );
}
