/** One sample typed, drawn or taken from the data, predicted as it changes; and a file of samples, file out. */

import { Button, Group, NativeSelect, NumberInput, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { learned } from "../../api/learned";
import type { Document } from "../../document/types";
import { t } from "../../i18n";
import type { Dataset } from "../../schema";
import { shortNumber } from "../../ui/numbers";
import { Failure } from "./Failure";
import { FilePredict } from "./FilePredict";
import classes from "./learned.module.css";
import { PredictionView } from "./PredictionView";
import { SampleFields } from "./SampleFields";
import { emptySample, innerNodes, requestOf, type Sample, type SampleForm } from "./sample";
import { useRow } from "./useRow";

/** Long enough that a stroke is one question. */
const REST_MS = 180;

interface PredictTabProps {
  readonly run: string;
  readonly document: Document;
  readonly dataset: Dataset | undefined;
  readonly form: SampleForm;
  readonly firstRow: number;
}

export function PredictTab({ run, document, dataset, form, firstRow }: PredictTabProps) {
  const [row, setRow] = useState(firstRow);
  const [sample, setSample] = useState<Sample>({});
  const [node, setNode] = useState("");
  const taken = useRow(form.isByColumn ? dataset : undefined, row, form);
  useEffect(() => {
    if (taken.sample !== undefined) setSample(taken.sample);
    else if (!form.isByColumn) setSample(emptySample(form));
  }, [taken.sample, form]);

  const inner = useMemo(() => innerNodes(document), [document]);
  const [asked] = useDebouncedValue(sample, REST_MS);
  const request = requestOf(form, asked, node === "" ? [] : [node]);
  const prediction = useQuery({
    queryKey: ["runs", run, "predict", request],
    queryFn: () => learned.predict(run, request!),
    enabled: request !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <Stack gap="lg">
      <div className={classes.predict}>
        <Stack gap="sm" role="group" aria-label={t("learned.sample")}>
          {form.isByColumn && dataset?.rows !== null && dataset !== undefined && (
            <Group gap="xs" align="flex-end" wrap="nowrap">
              <NumberInput
                size="xs"
                label={t("learned.takeRow", { count: dataset.rows })}
                name="sample.row"
                min={1}
                max={dataset.rows}
                allowDecimal={false}
                clampBehavior="strict"
                value={row + 1}
                onChange={(value) => {
                  if (typeof value === "number" && value >= 1) setRow(value - 1);
                }}
              />
              <Button
                variant="default"
                onClick={() => setRow(Math.floor(Math.random() * (dataset.rows ?? 1)))}
              >
                {t("learned.anyRow")}
              </Button>
            </Group>
          )}
          <Failure error={taken.error} />
          <SampleFields
            form={form}
            sample={sample}
            onChange={(name, value) => setSample((now) => ({ ...now, [name]: value }))}
          />
        </Stack>
        <Stack gap="sm" role="group" aria-label={t("learned.prediction")} data-prediction={run}>
          <Group justify="space-between" align="flex-end" wrap="nowrap">
            <NativeSelect
              size="xs"
              label={t("learned.innerNode")}
              name="sample.node"
              value={node}
              onChange={(event) => setNode(event.currentTarget.value)}
              data={[{ value: "", label: t("learned.noInner") }, ...inner]}
            />
            {prediction.data && (
              <Text size="xs" c="dimmed" className="tabular" data-milliseconds={prediction.data.milliseconds}>
                {t("learned.latency", { milliseconds: shortNumber(prediction.data.milliseconds, 3) })}
              </Text>
            )}
          </Group>
          <Failure error={prediction.error} />
          {request === null && (
            <Text size="xs" c="dimmed">
              {t("learned.incomplete")}
            </Text>
          )}
          {prediction.data && prediction.error === null && request !== null && (
            <PredictionView prediction={prediction.data} />
          )}
        </Stack>
      </div>
      <FilePredict run={run} />
    </Stack>
  );
}
