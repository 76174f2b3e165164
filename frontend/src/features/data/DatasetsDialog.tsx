/** Data sets: those that are bundled, those that were uploaded; their columns and first rows; uploading a CSV. */

import {
  ActionIcon,
  Badge,
  Button,
  FileButton,
  Group,
  Modal,
  Stack,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Trash2, Upload } from "lucide-react";
import { useState } from "react";

import { ApiProblems, api } from "../../api/client";
import { chooseDataset } from "../../document/proposals";
import { t } from "../../i18n";
import type { Dataset, Problem } from "../../schema";
import { useCheck } from "../../stores/checkStore";
import { useDocument } from "../../stores/documentStore";
import { endsOf } from "../../stores/ends";
import { ProblemText } from "../../ui/ProblemText";
import { DatasetDetails } from "./DatasetDetails";
import "./data.css";

/** Uses a data set for the open project's training. */
function use(dataset: Dataset): void {
  const { document, run } = useDocument.getState();
  const { inputs, outputs } = endsOf(document, useCheck.getState().check);
  run(chooseDataset(dataset, inputs, outputs, document.training ?? {}));
}

interface DatasetsDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function DatasetsDialog({ opened, onClose }: DatasetsDialogProps) {
  const queries = useQueryClient();
  const current = useDocument((state) => state.document.training?.data?.dataset);
  const { data: datasets = [] } = useQuery({
    queryKey: ["datasets"],
    queryFn: api.datasets,
    enabled: opened,
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const [isDragged, setDragged] = useState(false);

  const upload = useMutation({
    mutationFn: (file: File) => api.uploadDataset(file),
    onSuccess: async (dataset) => {
      await queries.invalidateQueries({ queryKey: ["datasets"], exact: true });
      setChosen(dataset.id);
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.deleteDataset(id),
    onSuccess: async (_nothing, id) => {
      // The list alone is asked again: a preview of what is gone would be answered with 404.
      if (chosen === id) setChosen(null);
      await queries.invalidateQueries({ queryKey: ["datasets"], exact: true });
    },
  });
  const problems: readonly Problem[] = [upload.error, remove.error].flatMap((error) =>
    error instanceof ApiProblems ? error.problems : [],
  );
  const shown = datasets.find(({ id }) => id === (chosen ?? current)) ?? datasets[0];

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("data.title")}
      size={1040}
      centered
      closeButtonProps={{ "aria-label": t("data.close") }}
    >
      <section
        aria-label={t("data.title")}
        className="data-dialog"
        data-dragged={isDragged || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setDragged(true);
        }}
        onDragLeave={() => setDragged(false)}
        onDrop={(event) => {
          event.preventDefault();
          setDragged(false);
          const [file] = event.dataTransfer.files;
          if (file) upload.mutate(file);
        }}
      >
        <Stack gap="xs" className="data-list">
          <FileButton
            onChange={(file) => {
              if (file) upload.mutate(file);
            }}
            accept=".csv,.tsv,.txt,text/csv"
            inputProps={{ "aria-label": t("data.upload"), name: "file" }}
          >
            {(props) => (
              <Button {...props} leftSection={<Upload size={16} />} loading={upload.isPending} fullWidth>
                {t("data.upload")}
              </Button>
            )}
          </FileButton>
          <Text size="xs" c="dimmed" ta="center">
            {t("data.drop")}
          </Text>
          {problems.length > 0 && (
            <div role="alert" className="data-problems">
              {problems.map((problem) => (
                <ProblemText key={problem.code + problem.message} problem={problem} />
              ))}
            </div>
          )}
          <ul className="data-sets">
            {datasets.map((dataset) => (
              <li
                key={dataset.id}
                className="data-row"
                data-dataset={dataset.id}
                data-chosen={dataset.id === shown?.id || undefined}
              >
                <UnstyledButton
                  className="data-choose"
                  aria-current={dataset.id === shown?.id}
                  onClick={() => setChosen(dataset.id)}
                >
                  <Text size="sm" fw={500} truncate>
                    {dataset.name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {dataset.rows === null ? t("data.anyRows") : t("data.rows", { count: dataset.rows })}
                  </Text>
                </UnstyledButton>
                {dataset.id === current && <Check size={16} aria-label={t("data.inUse")} />}
                {dataset.kind === "uploaded" && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t("data.remove", { name: dataset.name })}
                    onClick={() => remove.mutate(dataset.id)}
                  >
                    <Trash2 size={15} />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ul>
        </Stack>
        {shown !== undefined && (
          <Stack gap="sm" className="data-details" role="region" aria-label={shown.name} tabIndex={0}>
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <div>
                <Group gap="xs">
                  <Text fw={600}>{shown.name}</Text>
                  <Badge tt="none" size="sm" variant="light" color="gray">
                    {t(`data.kind.${shown.kind}`)}
                  </Badge>
                </Group>
                <Text size="sm" c="dimmed">
                  {shown.description}
                </Text>
              </div>
              {shown.id !== current && (
                <Button
                  style={{ flexShrink: 0 }}
                  onClick={() => {
                    use(shown);
                    onClose();
                  }}
                >
                  {t("data.use")}
                </Button>
              )}
            </Group>
            <DatasetDetails dataset={shown} />
          </Stack>
        )}
      </section>
    </Modal>
  );
}
