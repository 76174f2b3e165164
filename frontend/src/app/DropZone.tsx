/** Files dropped anywhere on the page: a model becomes a project, data is uploaded. While they hover, the page says so. */

import { Upload } from "lucide-react";
import { useEffect, useState } from "react";
import { kindOfFile } from "../features/data/fileKind";
import { t } from "../i18n";
import { useDialogs } from "../stores/dialogStore";
import { notify } from "../stores/noticeStore";
import { useUploads } from "../stores/uploadStore";
import { importFiles } from "./actions";
import classes from "./DropZone.module.css";

const isFileDrag = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

/** The data page takes data too; another dialog is about something else. */
function takesFiles(): boolean {
  const { current } = useDialogs.getState();
  return current === null || current === "datasets";
}

export function DropZone() {
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!isFileDrag(event)) return;
      // Or the browser would leave the page and show the file.
      event.preventDefault();
      if (!takesFiles()) return;
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!isFileDrag(event)) return;
      event.preventDefault();
      if (takesFiles()) void take([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener("dragenter", over);
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", over);
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);

  if (!isOver) return null;
  return (
    <div className={classes.veil} data-drop-zone>
      <div className={classes.card}>
        <Upload size={28} aria-hidden className={classes.icon} />
        <strong>{t("import.drop")}</strong>
        <span>{t("import.dropModel")}</span>
        <span>{t("import.dropData")}</span>
      </div>
    </div>
  );
}

/** Opens the models and uploads the data. */
async function take(files: readonly File[]): Promise<void> {
  const kinds = await Promise.all(files.map(kindOfFile));
  const of = (kind: string) => files.filter((_file, index) => kinds[index] === kind);
  const [other] = of("other");
  if (other) notify("error", t("import.otherFile", { name: other.name }));
  const data = of("data");
  if (data.length > 0) {
    useUploads.getState().start(data);
    useDialogs.getState().open("datasets");
  }
  const models = of("model");
  if (models.length === 0) return;
  if (data.length === 0) useDialogs.getState().close();
  await importFiles(models);
}
