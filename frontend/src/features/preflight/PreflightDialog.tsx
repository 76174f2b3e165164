/** "Check run": one synthetic batch forward and backward, and what it says of memory, time and gradients. */

import { Button, Group, Loader, Modal, Table, Text, UnstyledButton } from "@mantine/core";
import { CircleCheck, CircleX, Play } from "lucide-react";
import { useEffect, useState } from "react";

import { ApiProblems } from "../../api/client";
import { learned } from "../../api/learned";
import { callsOf } from "../../document/questions";
import { type Document, MAIN, type Model } from "../../document/types";
import { t } from "../../i18n";
import type { Problem } from "../../schema";
import type { Preflight } from "../../schema/measured";
import { useDocument } from "../../stores/documentStore";
import { goTo } from "../../stores/goTo";
import { useRun } from "../../stores/runStore";
import { isOver } from "../../stores/runView";
import { useSelection } from "../../stores/selectionStore";
import { bytes, compactNumber, duration, shortNumber } from "../../ui/numbers";
import { ProblemText } from "../../ui/ProblemText";
import classes from "./preflight.module.css";

type State =
  | { readonly step: "working" }
  | { readonly step: "done"; readonly found: Preflight }
  | { readonly step: "refused"; readonly problems: readonly Problem[] };

interface PreflightDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function PreflightDialog({ opened, onClose }: PreflightDialogProps) {
  const document = useDocument((state) => state.document);
  const [state, setState] = useState<State>({ step: "working" });
  const isBusy = useRun(({ view, isStarting }) => isStarting || (view !== null && !isOver(view.state)));

  useEffect(() => {
    if (!opened) return;
    const abort = new AbortController();
    setState({ step: "working" });
    learned
      .preflight(document, abort.signal)
      .then((found) => setState({ step: "done", found }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        setState({ step: "refused", problems: error instanceof ApiProblems ? error.problems : [] });
      });
    return () => abort.abort();
  }, [opened, document]);

  const isReady = state.step === "done" && state.found.ok;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("preflight.title")}
      size={560}
      closeButtonProps={{ "aria-label": t("preflight.close") }}
    >
      <div data-preflight={state.step} className={classes.body}>
        {state.step === "working" && (
          <Group gap="xs" aria-busy="true">
            <Loader size="sm" />
            <Text size="sm" c="dimmed">
              {t("preflight.working")}
            </Text>
          </Group>
        )}
        {state.step === "refused" && <Problems problems={state.problems} onLeave={onClose} />}
        {state.step === "done" && <Found found={state.found} document={document} onLeave={onClose} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("preflight.close")}
          </Button>
          <Button
            leftSection={<Play size={14} fill="currentColor" aria-hidden />}
            disabled={!isReady || isBusy}
            onClick={() => {
              onClose();
              void useRun.getState().start();
            }}
          >
            {t("preflight.train")}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}

interface FoundProps {
  readonly found: Preflight;
  readonly document: Document;
  readonly onLeave: () => void;
}

function Found({ found, document, onLeave }: FoundProps) {
  const modelId = document.training?.model ?? MAIN;
  const model = document.models[modelId];
  const Icon = found.ok ? CircleCheck : CircleX;
  const facts: readonly (readonly [string, string | null])[] = [
    [t("preflight.device"), found.device],
    [t("preflight.memory"), known(found.memory_bytes, bytes)],
    [t("preflight.flops"), known(found.flops_per_step, compactNumber)],
    [t("preflight.stepTime"), known(found.step_seconds, duration)],
    [
      t("preflight.steps"),
      known(found.steps, (steps) =>
        found.steps_per_epoch === null
          ? steps.toLocaleString("en-US")
          : t("preflight.stepsPerEpoch", {
              steps: steps.toLocaleString("en-US"),
              each: found.steps_per_epoch.toLocaleString("en-US"),
            }),
      ),
    ],
    [t("preflight.estimate"), known(found.seconds, duration)],
  ];
  return (
    <>
      <Group gap="xs" wrap="nowrap" role="status">
        <Icon size={18} aria-hidden className={found.ok ? classes.good : classes.bad} />
        <Text size="sm" fw={600}>
          {t(found.ok ? "preflight.ok" : "preflight.notOk")}
        </Text>
      </Group>
      <Problems problems={found.problems} onLeave={onLeave} />
      <Table verticalSpacing={4} className="tabular" aria-label={t("preflight.title")}>
        <Table.Tbody>
          {facts.map(
            ([name, value]) =>
              value !== null && (
                <Table.Tr key={name}>
                  <Table.Th scope="row" fw={500}>
                    {name}
                  </Table.Th>
                  <Table.Td ta="right">{value}</Table.Td>
                </Table.Tr>
              ),
          )}
          {Object.entries(found.losses).map(([output, loss]) => (
            <Table.Tr key={output}>
              <Table.Th scope="row" fw={500}>
                {t("preflight.lossOf", { output })}
              </Table.Th>
              <Table.Td ta="right">{shortNumber(loss)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Places
        title={t("preflight.withoutGradient")}
        names={found.without_gradient}
        nodesOf={(layer) => (model === undefined ? [] : callsOf(model, layer))}
        modelId={modelId}
        onLeave={onLeave}
      />
      <Places
        title={t("preflight.unused")}
        names={found.unused}
        nodesOf={(node) => nodeIn(model, node)}
        modelId={modelId}
        onLeave={onLeave}
      />
    </>
  );
}

function nodeIn(model: Model | undefined, node: string): readonly string[] {
  return model !== undefined && node in model.nodes ? [node] : [];
}

function known<Value>(value: Value | null | undefined, show: (value: Value) => string): string | null {
  return value === null || value === undefined ? null : show(value);
}

interface PlacesProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly nodesOf: (name: string) => readonly string[];
  readonly modelId: string;
  readonly onLeave: () => void;
}

/** Names that lead to their nodes on the canvas. */
function Places({ title, names, nodesOf, modelId, onLeave }: PlacesProps) {
  if (names.length === 0) return null;
  return (
    <section aria-label={title}>
      <Text component="h3" className="section-heading">
        {title}
      </Text>
      <Group gap="xs" mt={4}>
        {names.map((name) => {
          const nodes = nodesOf(name);
          return nodes.length === 0 ? (
            <Text key={name} size="sm">
              {name}
            </Text>
          ) : (
            <UnstyledButton
              key={name}
              className={classes.link}
              onClick={() => {
                onLeave();
                const { document, showModel } = useDocument.getState();
                if (modelId in document.models) showModel(modelId);
                useSelection.getState().select(nodes);
                useSelection.getState().requestFocus(modelId, nodes);
              }}
            >
              {name}
            </UnstyledButton>
          );
        })}
      </Group>
    </section>
  );
}

function Problems({
  problems,
  onLeave,
}: {
  readonly problems: readonly Problem[];
  readonly onLeave: () => void;
}) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.node ?? ""} ${problem.message}`}>
          {problem.node || problem.field ? (
            <UnstyledButton
              className={classes.problem}
              onClick={() => {
                onLeave();
                goTo(problem);
              }}
            >
              <ProblemText problem={problem} />
            </UnstyledButton>
          ) : (
            <ProblemText problem={problem} />
          )}
        </li>
      ))}
    </ul>
  );
}
