/** Files dropped anywhere on the page are imported; while they hover, the page says so. */

import { Upload } from "lucide-react";
import { useEffect, useState } from "react";
import { t } from "../i18n";
import { useDialogs } from "../stores/dialogStore";
import { notify } from "../stores/noticeStore";
import { importFiles } from "./actions";
import classes from "./DropZone.module.css";

export const IMPORTED = [".json", ".keras", ".h5"] as const;

const isFileDrag = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
const isModel = ({ name }: File) => IMPORTED.some((ending) => name.toLowerCase().endsWith(ending));

export function DropZone() {
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!isFileDrag(event)) return;
      // Or the browser would leave the page and show the file.
      event.preventDefault();
      // A dialog takes files of its own kind, such as a CSV.
      if (useDialogs.getState().current !== null) return;
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
      if (useDialogs.getState().current !== null) return;
      const files = [...(event.dataTransfer?.files ?? [])];
      const other = files.find((file) => !isModel(file));
      if (other) notify("error", t("import.otherFile", { name: other.name }));
      const models = files.filter(isModel);
      if (models.length > 0) void importFiles(models);
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
        <span>{t("import.dropHint")}</span>
      </div>
    </div>
  );
}
