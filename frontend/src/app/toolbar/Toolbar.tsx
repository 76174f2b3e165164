/** The bar at the top: project, editing, in and out, the run, and how the page looks. */

import { Button } from "@mantine/core";
import {
  CircleHelp,
  Download,
  FileCode2,
  FolderOpen,
  GraduationCap,
  LayoutGrid,
  Pause,
  Play,
  Redo2,
  Square,
  StepForward,
  Undo2,
  Upload,
  Workflow,
} from "lucide-react";
import { useRef } from "react";
import { MODELS } from "../../features/data/fileKind";
import { t } from "../../i18n";
import { useDialogs } from "../../stores/dialogStore";
import { useDocument } from "../../stores/documentStore";
import { useRun } from "../../stores/runStore";
import { isOver } from "../../stores/runView";
import { ToolButton } from "../../ui/ToolButton";
import { arrangeNodes, exportDocument, importFiles, redo, train, undo } from "../actions";
import { Logo } from "../Logo";
import { LanguageMenu, PanelsMenu, ThemeMenu } from "./LookMenus";
import { ProjectName } from "./ProjectName";
import { SaveIndicator } from "./SaveIndicator";
import classes from "./Toolbar.module.css";

export function Toolbar() {
  const openDialog = useDialogs((state) => state.open);
  return (
    <section className={classes.bar} aria-label={t("toolbar.region")}>
      <div className={classes.group}>
        <Logo size={24} />
        <ToolButton icon={FolderOpen} name={t("toolbar.projects")} onClick={() => openDialog("projects")} />
        <ToolButton icon={LayoutGrid} name={t("toolbar.examples")} onClick={() => openDialog("gallery")} />
        <ProjectName />
        <SaveIndicator />
      </div>
      <div className={classes.group}>
        <EditButtons />
        <span className={classes.rule} />
        <FileButtons />
      </div>
      <div className={classes.group}>
        <RunButtons />
      </div>
      <div className={classes.group}>
        <PanelsMenu />
        <LanguageMenu />
        <ThemeMenu />
        <ToolButton
          icon={CircleHelp}
          name={t("toolbar.shortcuts")}
          keys="?"
          onClick={() => openDialog("shortcuts")}
        />
      </div>
    </section>
  );
}

function EditButtons() {
  const canUndo = useDocument((state) => state.canUndo);
  const canRedo = useDocument((state) => state.canRedo);
  return (
    <>
      <ToolButton icon={Undo2} name={t("toolbar.undo")} keys="$mod+Z" disabled={!canUndo} onClick={undo} />
      <ToolButton
        icon={Redo2}
        name={t("toolbar.redo")}
        keys="$mod+Shift+Z"
        disabled={!canRedo}
        onClick={redo}
      />
      <ToolButton
        icon={Workflow}
        name={t("toolbar.arrange")}
        keys="Shift+A"
        onClick={() => void arrangeNodes()}
      />
    </>
  );
}

function FileButtons() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <ToolButton icon={Upload} name={t("toolbar.import")} onClick={() => input.current?.click()} />
      <ToolButton icon={Download} name={t("toolbar.export")} onClick={exportDocument} />
      <ToolButton
        icon={FileCode2}
        name={t("toolbar.code")}
        onClick={() => useDialogs.getState().open("code")}
      />
      <input
        ref={input}
        type="file"
        hidden
        aria-hidden="true"
        tabIndex={-1}
        accept={[...MODELS, "application/json"].join(",")}
        multiple
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) void importFiles(files);
        }}
      />
    </>
  );
}

function RunButtons() {
  const state = useRun((run) => run.view?.state ?? null);
  const isStarting = useRun((run) => run.isStarting);
  const { pause, resume, stop } = useRun.getState();
  const isActive = state !== null && !isOver(state) && state !== "interrupted";
  return (
    <>
      <Button
        leftSection={<Play size={14} fill="currentColor" aria-hidden />}
        loading={isStarting}
        disabled={isActive}
        onClick={() => void train()}
      >
        {t("toolbar.train")}
      </Button>
      <ToolButton
        icon={Pause}
        name={t("toolbar.pause")}
        disabled={state !== "training"}
        onClick={() => void pause()}
      />
      <ToolButton
        icon={StepForward}
        name={t("toolbar.resume")}
        disabled={state !== "paused" && state !== "interrupted"}
        onClick={() => void resume()}
      />
      <ToolButton
        icon={Square}
        name={t("toolbar.stop")}
        disabled={state === null || isOver(state)}
        onClick={() => void stop()}
      />
      <ToolButton
        icon={GraduationCap}
        name={t("learned.open")}
        disabled={state === null}
        onClick={() => useDialogs.getState().open("learned")}
      />
    </>
  );
}
