/** What a run has learned: evaluated on rows, asked for predictions, and served to other programs. */

import { Modal, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { GraduationCap } from "lucide-react";
import { useMemo, useState } from "react";

import { dataApi } from "../../api/data";
import { learned } from "../../api/learned";
import { t } from "../../i18n";
import { DATASETS } from "../../stores/queries";
import { useRun } from "../../stores/runStore";
import { EmptyState } from "../../ui/EmptyState";
import { EvaluateTab } from "./EvaluateTab";
import classes from "./learned.module.css";
import { PredictTab } from "./PredictTab";
import { ServeTab } from "./ServeTab";
import { sampleForm } from "./sample";

interface LearnedDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function LearnedDialog({ opened, onClose }: LearnedDialogProps) {
  const run = useRun((state) => state.view?.runId ?? null);
  const runState = useRun((state) => state.view?.state);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("learned.title")}
      size={1000}
      closeButtonProps={{ "aria-label": t("learned.close") }}
    >
      {run === null ? (
        <EmptyState icon={GraduationCap} title={t("learned.noRun")}>
          {t("learned.noRunHint")}
        </EmptyState>
      ) : (
        // A run that ends has other weights: everything is asked again.
        <Learned key={`${run} ${runState}`} run={run} />
      )}
    </Modal>
  );
}

function Learned({ run }: { readonly run: string }) {
  const [tab, setTab] = useState<string | null>("evaluate");
  const [row, setRow] = useState(0);
  const { data: document } = useQuery({
    queryKey: ["runs", run, "document"],
    queryFn: () => learned.document(run),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: datasets } = useQuery({ queryKey: DATASETS, queryFn: dataApi.datasets });
  const dataset = datasets?.find(({ id }) => id === document?.training?.data?.dataset);
  const form = useMemo(
    () => (document === undefined || datasets === undefined ? null : sampleForm(document, dataset)),
    [document, datasets, dataset],
  );
  if (document === undefined || datasets === undefined || form === null) return null;
  return (
    <Tabs value={tab} onChange={setTab} keepMounted={false} data-learned={run}>
      <Tabs.List>
        <Tabs.Tab value="evaluate">{t("learned.evaluate")}</Tabs.Tab>
        <Tabs.Tab value="predict">{t("learned.predict")}</Tabs.Tab>
        <Tabs.Tab value="serve">{t("learned.serve")}</Tabs.Tab>
        <Text size="xs" c="dimmed" className={classes.run}>
          {t("learned.run", { id: run })}
        </Text>
      </Tabs.List>
      <Tabs.Panel value="evaluate" className={classes.panel}>
        <EvaluateTab
          run={run}
          document={document}
          datasets={datasets}
          onTry={(chosen) => {
            setRow(chosen);
            setTab("predict");
          }}
        />
      </Tabs.Panel>
      <Tabs.Panel value="predict" className={classes.panel}>
        <PredictTab key={row} run={run} document={document} dataset={dataset} form={form} firstRow={row} />
      </Tabs.Panel>
      <Tabs.Panel value="serve" className={classes.panel}>
        <ServeTab run={run} dataset={dataset} form={form} />
      </Tabs.Panel>
    </Tabs>
  );
}
