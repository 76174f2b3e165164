/** Before a run is given another name. */

import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { t } from "../../../i18n";
import type { Run } from "../../../schema";

interface RenameRunProps {
  readonly run: Run;
  readonly onCancel: () => void;
  readonly onRename: (name: string) => void;
}

export function RenameRun({ run, onCancel, onRename }: RenameRunProps) {
  const [name, setName] = useState(run.name);
  const wanted = name.trim();
  return (
    <form
      className="run-asked"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== "") onRename(wanted);
      }}
    >
      <Stack gap="sm">
        <TextInput
          size="xs"
          data-autofocus
          label={t("runs.name")}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group gap="xs">
          <Button size="xs" type="submit" disabled={wanted === ""}>
            {t("runs.renameYes")}
          </Button>
          <Button size="xs" variant="default" onClick={onCancel}>
            {t("runs.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
