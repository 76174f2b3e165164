/** One data set: what it is, using it, deleting it; its columns and its rows. */

import { Badge, Button, Group, Tabs, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Check, Trash2 } from "lucide-react";
import { useState } from "react";

import { ApiProblems } from "../../api/client";
import { dataApi } from "../../api/data";
import { t } from "../../i18n";
import type { Dataset } from "../../schema";
import { useData } from "../../stores/dataStore";
import { refreshDatasets } from "../../stores/queries";
import { ProblemText, withCode } from "../../ui/ProblemText";
import { ColumnsTable } from "./ColumnsTable";
import classes from "./data.module.css";
import { showBytes, showCount } from "./format";
import { RowsTable } from "./RowsTable";

interface DatasetViewProps {
  readonly dataset: Dataset;
  readonly isUsed: boolean;
  readonly onUse: () => void;
}

export function DatasetView({ dataset, isUsed, onUse }: DatasetViewProps) {
  const facts = [
    dataset.rows === null ? t("data.anyRows") : t("data.rows", { count: dataset.rows }),
    ...(dataset.columns.length > 0 ? [t("data.columnCount", { count: dataset.columns.length })] : []),
    ...(dataset.size_bytes === null ? [] : [showBytes(dataset.size_bytes)]),
  ];
  return (
    <section className={classes.view} aria-label={dataset.name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600} component="h2" m={0} size="md">
              {dataset.name}
            </Text>
            <Badge tt="none" size="sm" variant="light" color="gray">
              {t(`data.kind.${dataset.kind}`)}
            </Badge>
            <Text size="xs" c="dimmed" className="tabular">
              {facts.join(" · ")}
            </Text>
          </Group>
          <Text size="sm" c="dimmed" className={classes.description}>
            {withCode(dataset.description)}
          </Text>
        </div>
        <Group gap={6} wrap="nowrap" flex="none">
          {dataset.kind === "uploaded" && <DeleteButton dataset={dataset} isUsed={isUsed} />}
          {isUsed ? (
            <Text size="xs" c="dimmed" className={classes.used}>
              <Check size={14} aria-hidden /> {t("data.inUse")}
            </Text>
          ) : (
            <Button onClick={onUse}>{t("data.use")}</Button>
          )}
        </Group>
      </Group>
      {dataset.columns.length > 0 && (
        <Tabs defaultValue="columns" className={classes.tabs} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="columns">
              {t("data.columns")} <span className={classes.count}>{showCount(dataset.columns.length)}</span>
            </Tabs.Tab>
            <Tabs.Tab value="rows">
              {t("data.rowsTab")}{" "}
              {dataset.rows !== null && <span className={classes.count}>{showCount(dataset.rows)}</span>}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="columns" className={classes.panel}>
            <ColumnsTable dataset={dataset} />
          </Tabs.Panel>
          <Tabs.Panel value="rows" className={classes.panel}>
            <RowsTable dataset={dataset} />
          </Tabs.Panel>
        </Tabs>
      )}
    </section>
  );
}

/** Asks once more: what is deleted is gone. */
function DeleteButton({ dataset, isUsed }: { readonly dataset: Dataset; readonly isUsed: boolean }) {
  const [isAsked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () => dataApi.delete(dataset.id),
    onSuccess: async () => {
      useData.getState().choose(null);
      await refreshDatasets();
    },
  });
  if (!isAsked) {
    return (
      <Button
        variant="default"
        leftSection={<Trash2 size={14} aria-hidden />}
        aria-label={t("data.remove", { name: dataset.name })}
        onClick={() => setAsked(true)}
      >
        {t("data.delete")}
      </Button>
    );
  }
  const problems = remove.error instanceof ApiProblems ? remove.error.problems : [];
  return (
    <div role="group" aria-label={t("data.remove", { name: dataset.name })}>
      <Group gap={6} justify="flex-end" wrap="nowrap">
        <Text size="xs">{t(isUsed ? "data.removeUsed" : "data.removeAsk")}</Text>
        <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t("data.removeYes")}
        </Button>
        <Button variant="default" data-autofocus onClick={() => setAsked(false)}>
          {t("data.removeNo")}
        </Button>
      </Group>
      {problems.length > 0 && (
        <div role="alert" className={classes.problems}>
          {problems.map((problem) => (
            <ProblemText key={problem.code} problem={problem} />
          ))}
        </div>
      )}
    </div>
  );
}
