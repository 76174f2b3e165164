/** Runs of the project, or all: the newest first; one looked at, several compared, one opened, continued or deleted. */

import { Button, Group, Modal, SegmentedControl, Stack, Text } from "@mantine/core";
import { ChartNoAxesCombined, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { api } from "../../../api/client";
import type { Document } from "../../../document/types";
import { t } from "../../../i18n";
import type { Run } from "../../../schema";
import { type ComparedRun, useCompared } from "../../../stores/comparedStore";
import { useDialogs } from "../../../stores/dialogStore";
import { useDocument } from "../../../stores/documentStore";
import { orNotify, useProjects } from "../../../stores/projectsStore";
import { showRunInAddress } from "../../../stores/runAddress";
import { useRun } from "../../../stores/runStore";
import { EmptyState } from "../../../ui/EmptyState";
import { type Compared, Comparison } from "./Comparison";
import { ContinueRun } from "./ContinueRun";
import { DeleteRun } from "./DeleteRun";
import { RenameRun } from "./RenameRun";
import type { Asked } from "./RunMenu";
import { RunRow } from "./RunRow";
import { queuePlaces, type Scope, useRunAction, useRuns } from "./useRuns";
import { WarmStart } from "./WarmStart";
import { durationOf, momentInWords } from "./words";
import "./runs.css";

interface RunsDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function RunsDialog({ opened, onClose }: RunsDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("runs.title")}
      size={1240}
      centered
      closeButtonProps={{ "aria-label": t("runs.close") }}
    >
      <Runs onClose={onClose} />
    </Modal>
  );
}

function Runs({ onClose }: { readonly onClose: () => void }) {
  const openRun = useRun((state) => state.view?.runId ?? null);
  const [scope, setScope] = useState<Scope>("project");
  const { runs, isLoading, error, hasMore, loadMore } = useRuns(scope);
  const [chosen, setChosen] = useState<string | null>(openRun);
  const [compared, setCompared] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState<{ readonly what: Asked; readonly run: string } | null>(null);
  const act = useRunAction();
  const followed = useCompared((state) => state.runs);
  const shown = runs.find(({ id }) => id === chosen) ?? runs[0];
  const together = compared.length > 0 ? compared : shown ? [shown.id] : [];
  const key = together.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the ids.
  useEffect(() => useCompared.getState().choose(together), [key]);
  useEffect(() => () => useCompared.getState().choose([]), []);

  // What is asked stands above the details, wherever they were scrolled to.
  const details = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked === null) return;
    details.current?.scrollTo({ top: 0 });
    details.current?.querySelector<HTMLElement>(".run-asked :is(input, button)")?.focus();
  }, [asked]);

  const places = queuePlaces(runs);
  const askedRun = runs.find(({ id }) => id === asked?.run);
  const open = (run: Run) => {
    onClose();
    void orNotify(() => openInEditor(run));
  };
  const openLearned = (run: Run) => {
    onClose();
    void orNotify(async () => {
      await openInEditor(run);
      useDialogs.getState().open("learned");
    });
  };
  const remove = (run: Run) => {
    setAsked(null);
    setCompared(compared.filter((id) => id !== run.id));
    if (chosen === run.id) setChosen(null);
    if (openRun === run.id) {
      useRun.getState().detach();
      showRunInAddress(null);
    }
    act(() => api.deleteRun(run.id));
  };
  const isDone = (isStarted: boolean) => {
    setAsked(null);
    if (isStarted) onClose();
  };
  return (
    <div className="runs-dialog">
      <Stack gap="xs" className="runs-list">
        <Group gap="xs" justify="space-between" wrap="nowrap">
          <SegmentedControl
            size="xs"
            aria-label={t("runs.scope")}
            value={scope}
            onChange={(value) => setScope(value as Scope)}
            data={[
              { value: "project", label: t("runs.scope.project") },
              { value: "all", label: t("runs.scope.all") },
            ]}
          />
          <Button
            size="compact-sm"
            leftSection={<Play size={12} fill="currentColor" aria-hidden />}
            onClick={() =>
              act(async () => {
                if (await useRun.getState().startAnother()) setChosen(useRun.getState().view?.runId ?? null);
              })
            }
          >
            {t("runs.another")}
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          {t("runs.compareHint")}
        </Text>
        {error !== null && (
          <Text size="sm" c="red.9" role="alert">
            {error.message}
          </Text>
        )}
        {!isLoading && runs.length === 0 && (
          <EmptyState icon={ChartNoAxesCombined} title={t("losses.emptyTitle")} />
        )}
        <ul className="run-rows" aria-label={t("runs.title")}>
          {runs.map((run) => (
            <RunRow
              key={run.id}
              run={run}
              place={compared.indexOf(run.id)}
              isShown={run.id === shown?.id}
              isOpen={run.id === openRun}
              queuePlace={places.get(run.id)}
              onShow={() => {
                setAsked(null);
                setChosen(run.id);
              }}
              onCompare={(isCompared) =>
                setCompared(isCompared ? [...compared, run.id] : compared.filter((id) => id !== run.id))
              }
              onOpen={() => open(run)}
              onTry={() => openLearned(run)}
              onAsk={(what) => {
                setChosen(run.id);
                setAsked({ what, run: run.id });
              }}
            />
          ))}
          {hasMore && (
            <li>
              <Button size="xs" variant="subtle" fullWidth onClick={loadMore}>
                {t("runs.more")}
              </Button>
            </li>
          )}
        </ul>
      </Stack>
      <Stack
        ref={details}
        gap="xs"
        className="runs-details"
        role="region"
        aria-label={t("runs.details")}
        tabIndex={0}
      >
        {asked?.what === "continue" && askedRun && <ContinueRun run={askedRun} onDone={isDone} />}
        {asked?.what === "warmStart" && askedRun && <WarmStart run={askedRun} onDone={isDone} />}
        {asked?.what === "rename" && askedRun && (
          <RenameRun
            run={askedRun}
            onCancel={() => setAsked(null)}
            onRename={(name) => {
              setAsked(null);
              act(() => api.renameRun(askedRun.id, name));
            }}
          />
        )}
        {asked?.what === "delete" && askedRun && (
          <DeleteRun run={askedRun} onCancel={() => setAsked(null)} onDelete={() => remove(askedRun)} />
        )}
        {compared.length === 0 && shown && (
          <Group gap="xs" justify="space-between" wrap="nowrap">
            <Text fw={600} truncate>
              {shown.name}
            </Text>
            {shown.id !== openRun && (
              <Button size="compact-sm" variant="default" onClick={() => open(shown)}>
                {t("runs.open")}
              </Button>
            )}
          </Group>
        )}
        {together.length > 0 && together.every((id) => followed.has(id)) && (
          <Comparison runs={together.map((id) => described(followed.get(id)!, runs))} />
        )}
      </Stack>
    </div>
  );
}

/** In the editor a run stands beside its project. */
async function openInEditor(run: Run): Promise<void> {
  const { projectId } = useDocument.getState();
  if (run.project !== null && run.project !== projectId)
    await useProjects.getState().openProject(run.project);
  useRun.getState().open(run.id);
}

function described({ view, document }: ComparedRun, runs: readonly Run[]): Compared {
  const run = runs.find(({ id }) => id === view.runId);
  const facts = new Map<string, string>();
  if (run) {
    facts.set(t("runs.fact.state"), t(`losses.state.${run.state}`));
    facts.set(t("runs.fact.created"), momentInWords(run.created));
    facts.set(t("runs.fact.duration"), durationOf(run, Date.now()) ?? "–");
    facts.set(t("runs.fact.device"), run.device ?? "–");
  }
  if (view.epochs > 0) facts.set(t("runs.fact.epochs"), `${view.epochTable.length} / ${view.epochs}`);
  if (view.weights !== null) facts.set(t("runs.fact.weights"), view.weights.toLocaleString("en"));
  const seed = view.seed ?? seedOf(document);
  if (seed !== null) facts.set(t("runs.fact.seed"), String(seed));
  return { view, document, facts, name: run?.name ?? document?.name ?? view.runId };
}

function seedOf(document: Document | null): number | null {
  return document?.training?.fit?.seed ?? null;
}
