/** Short messages over the upper edge of the canvas, where they hide neither losses nor problems. */

import { Button, CloseButton } from "@mantine/core";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { t } from "../i18n";
import { useNotices } from "../stores/noticeStore";
import { withCode } from "../ui/ProblemText";
import classes from "./Notices.module.css";

const ICONS = { info: Info, success: CircleCheck, warning: TriangleAlert, error: CircleAlert } as const;

export function Notices() {
  const notices = useNotices((state) => state.notices);
  const dismiss = useNotices((state) => state.dismiss);
  return (
    <div className={classes.stack} role="log" aria-live="assertive" aria-label={t("notices.region")}>
      {notices.map(({ id, kind, text, action }) => {
        const Icon = ICONS[kind];
        return (
          <div key={id} className={classes.notice} data-kind={kind}>
            <Icon size={16} aria-hidden className={classes.icon} />
            <span className={classes.text}>{withCode(text)}</span>
            {action && (
              <Button variant="subtle" size="compact-xs" onClick={action.run}>
                {action.label}
              </Button>
            )}
            <CloseButton size="xs" aria-label={t("notices.dismiss")} onClick={() => dismiss(id)} />
          </div>
        );
      })}
    </div>
  );
}
