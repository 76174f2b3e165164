/** What `compile` and `fit` are told: data and columns, what each output learns, the optimizer, the arguments of fit. */

import { Button, NativeSelect, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";

import { dataApi } from "../../api/data";
import {
  batch,
  bindColumn,
  setFit,
  setOptimizer,
  setOutputTrained,
  setOutputTraining,
  setTraining,
} from "../../document/commands";
import { hasOwnSplit, hasValidation, monitorKeys, stepsOf } from "../../document/monitors";
import { bindTarget, columnsOf, proposeLoss } from "../../document/proposals";
import { type Fit, MAIN, type Training } from "../../document/types";
import { t } from "../../i18n";
import type { Dataset } from "../../schema";
import { useCatalogue } from "../../stores/catalogueStore";
import { useCheck } from "../../stores/checkStore";
import { useDialogs } from "../../stores/dialogStore";
import { useDocument } from "../../stores/documentStore";
import { endsOf } from "../../stores/ends";
import { shareOfLoss } from "../../stores/lossShare";
import { DATASETS } from "../../stores/queries";
import { useRun } from "../../stores/runStore";
import { useSelection } from "../../stores/selectionStore";
import { outputColor } from "../../ui/colors";
import { EmptyState } from "../../ui/EmptyState";
import { Panel } from "../../ui/Panel";
import { CallbacksFields } from "./CallbacksFields";
import { DataFields } from "./DataFields";
import { FitFields } from "./FitFields";
import { LiveControls } from "./LiveControls";
import { OptimizerFields } from "./OptimizerFields";
import { OutputCard } from "./OutputCard";
import { problemOf, SectionHeading } from "./parts";
import { revealField } from "./revealField";
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
  const weights = useRun((state) => state.view?.lossWeights);
  const regularization = useRun((state) => state.view?.regularization ?? 0);
  const field = useSelection((state) => state.field);
  const root = useRef<HTMLDivElement>(null);
  const { data: datasets } = useQuery({ queryKey: DATASETS, queryFn: dataApi.datasets });

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
  const shares =
    losses === undefined ? null : shareOfLoss(losses, (output) => weights?.[output] ?? 1, regularization);
  const planned = stepsOf(training.fit, dataset?.rows, training.data?.split);
  const models = Object.keys(document.models);

  const callbacks = training.fit?.callbacks ?? [];
  const setFitField = <Name extends keyof Fit>(name: Name, value: Fit[Name]) =>
    void run(setFit({ field: name, value } as never));

  return (
    <Panel title={t("training.region")} isBare>
      <div ref={root} className="training-panel">
        <Stack gap="lg" p="sm">
          <LiveControls />
          <DataFields
            training={training}
            datasets={datasets}
            inputs={inputs}
            outputs={outputs}
            encoders={catalogue.encoders}
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
                classes={columnOf(output.id, dataset)?.classes ?? []}
                classWeights={training.fit?.class_weight?.[output.id]}
                onClassWeights={(chosen) => {
                  const { [output.id]: _before, ...others } = training.fit?.class_weight ?? {};
                  const all = chosen === undefined ? others : { ...others, [output.id]: chosen };
                  setFitField("class_weight", Object.keys(all).length === 0 ? undefined : all);
                }}
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
                onColumn={(binding, name) =>
                  run(
                    name === undefined
                      ? bindTarget(output, binding ?? null, dataset, training)
                      : bindColumn({
                          side: "targets",
                          node: output.id,
                          column: binding ?? null,
                          field: name,
                        }),
                  )
                }
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
              steps={planned?.steps ?? 1000}
              onChange={(optimizer, name) => run(setOptimizer({ optimizer, field: name }))}
            />
          </Stack>

          <Stack gap={8}>
            <SectionHeading text={t("training.fitHeading")} />
            <FitFields
              fit={training.fit}
              problems={problems}
              hasSplit={hasOwnSplit(training)}
              onChange={setFitField}
            />
            <CallbacksFields
              callbacks={callbacks}
              catalogue={catalogue}
              problems={problems}
              monitors={monitorKeys(training, hasValidation(training))}
              epochs={training.fit?.epochs ?? 10}
              onCallback={(index, callback) =>
                setFitField(
                  "callbacks",
                  callback === undefined
                    ? callbacks.filter((_, place) => place !== index)
                    : [...callbacks.slice(0, index), callback, ...callbacks.slice(index + 1)],
                )
              }
            />
          </Stack>

          <Button
            variant="default"
            leftSection={<ListChecks size={14} aria-hidden />}
            onClick={() => useDialogs.getState().open("preflight")}
          >
            {t("fit.preflight")}
          </Button>
        </Stack>
      </div>
    </Panel>
  );
}
