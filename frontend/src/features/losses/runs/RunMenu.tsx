/** What can be done with one run of the list. */

import { Menu } from "@mantine/core";
import { EllipsisVertical } from "lucide-react";

import { api } from "../../../api/client";
import { t } from "../../../i18n";
import type { Run } from "../../../schema";
import { isOver } from "../../../stores/runView";
import { ToolButton } from "../../../ui/ToolButton";
import { useRunAction } from "./useRuns";

/** What the dialog asks about before it is done. */
export type Asked = "rename" | "continue" | "warmStart" | "delete";

interface RunMenuProps {
  readonly run: Run;
  readonly name: string;
  readonly onOpen: () => void;
  /** To what it has learned: evaluate, predict. */
  readonly onTry: () => void;
  readonly onAsk: (asked: Asked) => void;
}

export function RunMenu({ run, name, onOpen, onTry, onAsk }: RunMenuProps) {
  const act = useRunAction();
  const { id, state } = run;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ToolButton
          icon={EllipsisVertical}
          name={t("runs.menuOf", { name })}
          variant="subtle"
          color="gray"
          size="sm"
        />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onOpen}>{t("runs.open")}</Menu.Item>
        {state === "training" && (
          <Menu.Item onClick={() => act(() => api.pauseRun(id))}>{t("toolbar.pause")}</Menu.Item>
        )}
        {(state === "paused" || state === "interrupted") && (
          <Menu.Item onClick={() => act(() => api.resumeRun(id))}>{t("toolbar.resume")}</Menu.Item>
        )}
        {!isOver(state) && (
          <Menu.Item onClick={() => act(() => api.stopRun(id))}>{t("toolbar.stop")}</Menu.Item>
        )}
        {(state === "finished" || state === "stopped") && (
          <>
            <Menu.Item onClick={onTry}>{t("runs.try")}</Menu.Item>
            <Menu.Divider />
            <Menu.Item onClick={() => onAsk("continue")}>{t("runs.continue")}</Menu.Item>
            <Menu.Item onClick={() => onAsk("warmStart")}>{t("runs.warmStart")}</Menu.Item>
          </>
        )}
        <Menu.Divider />
        <Menu.Item onClick={() => onAsk("rename")}>{t("runs.rename")}</Menu.Item>
        <Menu.Item color="red.9" onClick={() => onAsk("delete")}>
          {t("runs.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
