/** The editor's frame: toolbar, palette, canvas, losses and problems below, inspector and training on the right. */

import { lazy, Suspense, useEffect } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import { Canvas } from "../features/canvas/Canvas";
import { UploadTray } from "../features/data/UploadTray";
import { Inspector } from "../features/inspector/Inspector";
import { LossesPanel } from "../features/losses/LossesPanel";
import { Palette } from "../features/palette/Palette";
import { ProblemsPanel } from "../features/problems/ProblemsPanel";
import { TrainingPanel } from "../features/training/TrainingPanel";
import { useDialogs } from "../stores/dialogStore";
import { useDocument } from "../stores/documentStore";
import { useSettings } from "../stores/settingsStore";
import { Announcements } from "./Announcements";
import { ConflictDialog } from "./ConflictDialog";
import { DropZone } from "./DropZone";
import { ImportReport } from "./ImportReport";
import { ModelTabs } from "./models/ModelTabs";
import { Notices } from "./Notices";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { bindShortcuts } from "./shortcuts";
import { Toolbar } from "./toolbar/Toolbar";
import { Welcome } from "./Welcome";
import classes from "./Workbench.module.css";

// Dialogs are fetched when they are first opened: the first load is the editor.
const ProjectsDialog = lazy(() =>
  import("../features/projects/ProjectsDialog").then((module) => ({ default: module.ProjectsDialog })),
);
const CodeDialog = lazy(() =>
  import("../features/code/CodeDialog").then((module) => ({ default: module.CodeDialog })),
);
const GalleryDialog = lazy(() =>
  import("../features/projects/Gallery").then((module) => ({ default: module.GalleryDialog })),
);
const PreflightDialog = lazy(() =>
  import("../features/preflight/PreflightDialog").then((module) => ({ default: module.PreflightDialog })),
);
const LearnedDialog = lazy(() =>
  import("../features/learned/LearnedDialog").then((module) => ({ default: module.LearnedDialog })),
);
const DatasetsDialog = lazy(() =>
  import("../features/data/DatasetsDialog").then((module) => ({ default: module.DatasetsDialog })),
);
const FitInputsDialog = lazy(() =>
  import("../features/training/FitInputsDialog").then((module) => ({ default: module.FitInputsDialog })),
);
const RunsDialog = lazy(() =>
  import("../features/losses/runs/RunsDialog").then((module) => ({ default: module.RunsDialog })),
);

export function Workbench() {
  const collapsed = useSettings((state) => state.collapsed);
  const hasPalette = !collapsed.includes("palette");
  const hasBottom = !collapsed.includes("bottom");
  const hasSide = !collapsed.includes("side");
  useEffect(bindShortcuts, []);
  const name = useDocument((state) => state.document.name);
  useEffect(() => {
    document.title = `${name} · Layerloom`;
  }, [name]);

  const columns = useDefaultLayout({
    id: "layerloom.columns",
    panelIds: ["work", ...(hasSide ? ["side"] : [])],
  });
  const rows = useDefaultLayout({
    id: "layerloom.rows",
    panelIds: ["top", ...(hasBottom ? ["bottom"] : [])],
  });
  const tops = useDefaultLayout({
    id: "layerloom.top",
    panelIds: [...(hasPalette ? ["palette"] : []), "canvas"],
  });
  const bottoms = useDefaultLayout({ id: "layerloom.bottom", panelIds: ["losses", "problems"] });
  const sides = useDefaultLayout({ id: "layerloom.side", panelIds: ["inspector", "training"] });

  return (
    <div className={classes.page}>
      <h1 className="visually-hidden">{name}</h1>
      <Toolbar />
      <main className={classes.main}>
        <Group id="columns" orientation="horizontal" {...columns}>
          <Panel id="work" minSize={420}>
            <Group id="rows" orientation="vertical" {...rows}>
              <Panel id="top" minSize={200}>
                <Group id="tops" orientation="horizontal" {...tops}>
                  {hasPalette && (
                    <>
                      <Panel
                        id="palette"
                        defaultSize={220}
                        minSize={168}
                        maxSize={380}
                        groupResizeBehavior="preserve-pixel-size"
                      >
                        <Palette />
                      </Panel>
                      <Separator className={classes.column} />
                    </>
                  )}
                  <Panel id="canvas" minSize={240}>
                    <div className={classes.canvas}>
                      <ModelTabs />
                      <Welcome />
                      <div className={classes.stage}>
                        <Canvas />
                      </div>
                    </div>
                  </Panel>
                </Group>
              </Panel>
              {hasBottom && (
                <>
                  <Separator className={classes.row} />
                  <Panel
                    id="bottom"
                    defaultSize={270}
                    minSize={120}
                    groupResizeBehavior="preserve-pixel-size"
                  >
                    <Group id="bottoms" orientation="horizontal" {...bottoms}>
                      <Panel id="losses" minSize={260}>
                        <LossesPanel />
                      </Panel>
                      <Separator className={classes.column} />
                      <Panel id="problems" defaultSize="27" minSize={160}>
                        <ProblemsPanel />
                      </Panel>
                    </Group>
                  </Panel>
                </>
              )}
            </Group>
          </Panel>
          {hasSide && (
            <>
              <Separator className={classes.column} />
              <Panel
                id="side"
                defaultSize={324}
                minSize={264}
                maxSize={560}
                groupResizeBehavior="preserve-pixel-size"
              >
                <Group id="sides" orientation="vertical" {...sides}>
                  <Panel id="inspector" minSize={96}>
                    <Inspector />
                  </Panel>
                  <Separator className={classes.row} />
                  <Panel id="training" defaultSize="50" minSize={96}>
                    <TrainingPanel />
                  </Panel>
                </Group>
              </Panel>
            </>
          )}
        </Group>
      </main>
      <Dialogs />
      <Notices />
      <Announcements />
      <UploadTray />
      <DropZone />
    </div>
  );
}

function Dialogs() {
  const current = useDialogs((state) => state.current);
  const close = useDialogs((state) => state.close);
  return (
    <Suspense>
      {current === "projects" && <ProjectsDialog opened onClose={close} />}
      {current === "code" && <CodeDialog opened onClose={close} />}
      {current === "gallery" && <GalleryDialog opened onClose={close} />}
      {current === "datasets" && <DatasetsDialog opened onClose={close} />}
      {current === "learned" && <LearnedDialog opened onClose={close} />}
      {current === "preflight" && <PreflightDialog opened onClose={close} />}
      {current === "fitInputs" && <FitInputsDialog opened onClose={close} />}
      {current === "runs" && <RunsDialog opened onClose={close} />}
      <ShortcutsDialog opened={current === "shortcuts"} onClose={close} />
      <ConflictDialog />
      <ImportReport />
    </Suspense>
  );
}
