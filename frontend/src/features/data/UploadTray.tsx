/** While the data page is closed, what is still being uploaded stands at the lower edge of the page. */

import { UnstyledButton } from "@mantine/core";

import { t } from "../../i18n";
import { useDialogs } from "../../stores/dialogStore";
import { isUnderWay, useUploads } from "../../stores/uploadStore";
import classes from "./data.module.css";
import { UploadProgress } from "./UploadList";

export function UploadTray() {
  const isHidden = useDialogs((state) => state.current === "datasets");
  const uploads = useUploads((state) => state.uploads);
  const active = uploads.filter(isUnderWay);
  const current = active.find(({ state }) => state !== "waiting") ?? active[0];
  if (isHidden || current === undefined) return null;
  return (
    <section className={classes.tray} aria-label={t("upload.list")} data-upload-tray>
      <UnstyledButton className={classes.trayName} onClick={() => useDialogs.getState().open("datasets")}>
        {active.length > 1
          ? t("upload.several", { name: current.file.name, count: active.length - 1 })
          : current.file.name}
      </UnstyledButton>
      <UploadProgress upload={current} />
    </section>
  );
}
