/** Takes a chart away: as a picture, PNG or SVG, or as its numbers, CSV. */

import { Menu } from "@mantine/core";
import { Download } from "lucide-react";

import { t } from "../../i18n";
import { notify } from "../../stores/noticeStore";
import { chartSvg, type Picture, pngOf } from "../../ui/chart/svg";
import { resolvedColor } from "../../ui/colors";
import { saveFile } from "../../ui/saveFile";
import { ToolButton } from "../../ui/ToolButton";

interface ExportMenuProps {
  /** The picture as it stands on the screen. */
  readonly picture: () => Omit<Picture, "colors">;
  /** Every value that the curves have. */
  readonly csv: () => string;
  /** Of the files, without an ending. */
  readonly name: string;
}

export function ExportMenu({ picture, csv, name }: ExportMenuProps) {
  const svg = () => chartSvg({ ...picture(), colors: pageColors() });
  const file = name.replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^-+|-+$/g, "") || "chart";
  const save = (content: string, type: string, ending: string) =>
    saveFile(new Blob([content], { type }), `${file}.${ending}`);
  const savePng = async () => {
    try {
      saveFile(await pngOf(svg()), `${file}.png`);
    } catch (error) {
      notify("error", error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ToolButton icon={Download} name={t("losses.export")} size="md" variant="subtle" color="gray" />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void savePng()}>{t("losses.exportPng")}</Menu.Item>
        <Menu.Item onClick={() => save(svg(), "image/svg+xml", "svg")}>{t("losses.exportSvg")}</Menu.Item>
        <Menu.Item onClick={() => save(csv(), "text/csv", "csv")}>{t("losses.exportCsv")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function pageColors(): Picture["colors"] {
  return {
    ground: resolvedColor("var(--ll-surface)"),
    ink: resolvedColor("var(--ll-text-soft)"),
    grid: resolvedColor("var(--ll-border)"),
  };
}
