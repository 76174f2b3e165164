/** Whether the work is safe: a quiet word, louder when it is not. */

import { Tooltip } from "@mantine/core";
import { Check, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { t } from "../../i18n";
import { type SaveState, useDocument } from "../../stores/documentStore";
import classes from "./SaveIndicator.module.css";

const LOOKS = {
  saved: { icon: Check, text: "save.saved", hint: "save.saved_hint" },
  unsaved: { icon: LoaderCircle, text: "save.saving", hint: "save.saving_hint" },
  saving: { icon: LoaderCircle, text: "save.saving", hint: "save.saving_hint" },
  offline: { icon: CloudOff, text: "save.offline", hint: "save.offline_hint" },
  conflict: { icon: TriangleAlert, text: "save.conflict", hint: "save.conflict_hint" },
  failed: { icon: TriangleAlert, text: "save.failed", hint: "save.failed_hint" },
} as const satisfies Record<SaveState, unknown>;

export function SaveIndicator() {
  const state = useDocument((document) => document.saveState);
  const { icon: Icon, text, hint } = LOOKS[state];
  return (
    <Tooltip label={t(hint)} multiline maw={280}>
      <span className={classes.state} data-save-state={state} role="status">
        <Icon size={13} aria-hidden className={classes.icon} />
        <span className={classes.text}>{t(text)}</span>
      </span>
    </Tooltip>
  );
}
