/** What `compile` and `fit` are told: data and columns, what each output learns, the optimizer, the arguments of fit. */

import { NativeSelect, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import { api } from "../../api/client";
import {
  batch,
  setFit,
  setOptimizer,
  setOutputTrained,
  setOutputTraining,
  setTraining,
} from "../../document/commands";
import { bindTarget, columnsOf, proposeLoss } from "../../document/proposals";
import { type Fit, MAIN, type Training } from "../../document/types";
import { t } from "../../i18n";
import type { Dataset } from "../../schema";
import { useCatalogue } from "../../stores/catalogueStore";
import { useCheck } from "../../stores/checkStore";
import { useDocument } from "../../stores/documentStore";
import { endsOf } from "../../stores/ends";
import { useRun } from "../../stores/runStore";
import { useSelection } from "../../stores/selectionStore";
import { outputColor } from "../../ui/colors";
import { EmptyState } from "../../ui/EmptyState";
import { Panel } from "../../ui/Panel";
import { DataFields } from "./DataFields";
import { FitFields } from "./FitFields";
import { OptimizerFields } from "./OptimizerFields";
import { OutputCard } from "./OutputCard";
import { problemOf, SectionHeading } from "./parts";
import { StartingWeights } from "./StartingWeights";
import "../../ui/patterns.css";
import "./training.css";

const NOTHING: Training = {};

export function TrainingPanel() {
  const document = useDocument((state) => state.document);
  const run = useDocument((state) => state.run);
  const catalogue = useCatalogue((state) => state.catalogue);
  const check = useCheck((state) => state.check);
  const all = useCheck((state) => state.problems);
  const losses = useRun((state) => state.view?.losses);
  const field = useSelection((state) => state.field);
  const root = useRef<HTMLDivElement>(null);
  const { data: datasets } = useQuery({ queryKey: ["datasets"], queryFn: api.datasets });

  useEffect(() => {
    if (field?.startsWith("training.")) revealField(root.current, field);
  }, [field]);

  const training = document.training ?? NOTHING;
  const modelId = training.model ?? MAIN;
  const model = document.models[modelId];
  const isEmpty = model === undefined || Object.keys(model.nodes).length === 0;
  const problems = useMemo(
    // An empty project has nothing wrong with it yet.
    () => (isEmpty ? [] : all.filter((problem) => problem.field?.startsWith("training"))),
    [all, isEmpty],
  );
  if (model === undefined || catalogue === null) return <Panel title={t("training.region")}>{null}</Panel>;

  const { inputs, outputs } = endsOf(document, check);
  const dataset = datasets?.find(({ id }) => id === training.data?.dataset);
  const columnOf = (output: string, from: Dataset | undefined) => {
    const binding = training.data?.targets?.[output];
    const name = binding === undefined ? undefined : columnsOf(binding)[0];
    return from?.columns.find((column) => column.name === name);
  };
  const shares = losses === undefined ? null : shareOfLoss(training, losses);
  const models = Object.keys(document.models);

  return (
    <Panel title={t("training.region")} isBare>
      <div ref={root} className="training-panel">
        <Stack gap="lg" p="sm">
          <DataFields
            training={training}
            datasets={datasets}
            inputs={inputs}
            outputs={outputs}
            problems={problems}
          />

          <Stack gap={8}>
            <SectionHeading text={t("training.outputsHeading")} />
            {models.length > 1 && (
              <NativeSelect
                size="xs"
                label={t("training.model")}
                name="model"
                value={modelId}
                data={models}
                onChange={(event) => run(setTraining({ patch: { model: event.currentTarget.value } }))}
              />
            )}
            {outputs.length === 0 && (
              <EmptyState title={t("training.noOutputs")}>{t("training.noOutputsHint")}</EmptyState>
            )}
            {outputs.map((output, index) => (
              <OutputCard
                key={output.id}
                id={output.id}
                label={model.nodes[output.id]?.label}
                color={outputColor(index)}
                shape={output.spec?.label}
                training={training.outputs?.[output.id]}
                dataset={dataset}
                column={training.data?.targets?.[output.id]}
                catalogue={catalogue}
                problems={problems}
                share={shares?.get(output.id) ?? null}
                onSwitch={(isTrained) => {
                  const loss = isTrained ? proposeLoss(output, columnOf(output.id, dataset)) : null;
                  const switched = setOutputTrained({ output: output.id, isTrained });
                  run(
                    loss === null
                      ? switched
                      : batch("trainOutput", [
                          switched,
                          setOutputTraining({ output: output.id, patch: { loss } }),
                        ]),
                  );
                }}
                onColumn={(binding) => run(bindTarget(output, binding ?? null, dataset, training))}
                onChange={(patch) => run(setOutputTraining({ output: output.id, patch }))}
              />
            ))}
          </Stack>

          {training.weights && (
            <StartingWeights
              id={training.weights}
              error={problemOf(problems, "training.weights")}
              onForget={() => run(setTraining({ patch: { weights: null } }))}
            />
          )}

          <Stack gap={8}>
            <SectionHeading text={t("training.optimizerHeading")} />
            <OptimizerFields
              optimizer={training.optimizer}
              catalogue={catalogue}
              problems={problems}
              onChange={(optimizer, name) => run(setOptimizer({ optimizer, field: name }))}
            />
          </Stack>

          <Stack gap={8}>
            <SectionHeading text={t("training.fitHeading")} />
            <FitFields
              fit={training.fit}
              catalogue={catalogue}
              problems={problems}
              onChange={<Name extends keyof Fit>(name: Name, value: Fit[Name]) =>
                run(setFit({ field: name, value } as never))
              }
              onCallback={(index, callback) => {
                const callbacks = [...(training.fit?.callbacks ?? [])];
                if (callback === undefined) callbacks.splice(index, 1);
                else callbacks[index] = callback;
                run(setFit({ field: "callbacks", value: callbacks } as never));
              }}
            />
          </Stack>
        </Stack>
      </div>
    </Panel>
  );
}

/** Each output's part of the weighted sum, from the latest losses; null without a run or where a loss is not finite. */
function shareOfLoss(
  training: Training,
  latest: { readonly [output: string]: number | null },
): Map<string, number> | null {
  const parts = Object.entries(latest).map(
    ([output, loss]) =>
      [output, (training.outputs?.[output]?.loss_weight ?? 1) * (loss ?? Number.NaN)] as const,
  );
  const total = parts.reduce((sum, [, part]) => sum + part, 0);
  if (parts.length < 2 || !Number.isFinite(total) || total <= 0) return null;
  return new Map(parts.map(([output, part]) => [output, part / total]));
}

/** Brings the control of a problem's field into view and gives it the focus. */
function revealField(root: HTMLElement | null, field: string): void {
  const [, section, ...rest] = field.split(".");
  const names: { readonly [section: string]: string } = {
    data: rest[0] === "dataset" || rest[0] === undefined ? "dataset" : (rest[1] ?? "dataset"),
    outputs: rest[1] === undefined ? "" : `${rest[0]}.${rest[1]}`,
    optimizer: rest.at(-1) === "learning_rate" ? "learning_rate" : "optimizer",
    fit: rest[0] ?? "epochs",
    weights: "weights",
  };
  const name = names[section ?? ""];
  if (name === undefined || name === "") return;
  const control = root?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`);
  control?.scrollIntoView({ block: "center" });
  control?.focus();
}
