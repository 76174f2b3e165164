/** Shown once, above the first model and not over it: what to do now. */

import { Button, CloseButton } from "@mantine/core";
import { LayoutGrid, Play } from "lucide-react";
import { t } from "../i18n";
import { useDialogs } from "../stores/dialogStore";
import { useProjects } from "../stores/projectsStore";
import { train } from "./actions";
import classes from "./Welcome.module.css";

export function Welcome() {
  const isFirstVisit = useProjects((state) => state.isFirstVisit);
  const endFirstVisit = useProjects((state) => state.endFirstVisit);
  const openDialog = useDialogs((state) => state.open);
  if (!isFirstVisit) return null;
  return (
    <aside className={classes.card} aria-label={t("welcome.title")}>
      <p className={classes.text}>
        <strong>{t("welcome.title")}</strong> {t("welcome.text")}
      </p>
      <div className={classes.actions}>
        <Button
          leftSection={<Play size={12} fill="currentColor" aria-hidden />}
          onClick={() => {
            endFirstVisit();
            void train();
          }}
        >
          {t("welcome.train")}
        </Button>
        <Button
          variant="default"
          leftSection={<LayoutGrid size={14} aria-hidden />}
          onClick={() => {
            endFirstVisit();
            openDialog("gallery");
          }}
        >
          {t("welcome.gallery")}
        </Button>
        <CloseButton size="sm" aria-label={t("app.close")} onClick={endFirstVisit} />
      </div>
    </aside>
  );
}
