/** The data page: every data set, uploading one's own, and one set with its columns and rows. */

import { Button, FileButton, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useEffect } from "react";

import { dataApi } from "../../api/data";
import { chooseDataset } from "../../document/proposals";
import { t } from "../../i18n";
import type { Dataset } from "../../schema";
import { useCheck } from "../../stores/checkStore";
import { useData } from "../../stores/dataStore";
import { useDocument } from "../../stores/documentStore";
import { endsOf } from "../../stores/ends";
import { DATASETS } from "../../stores/queries";
import { useUploads } from "../../stores/uploadStore";
import { DatasetList } from "./DatasetList";
import { DatasetView } from "./DatasetView";
import classes from "./data.module.css";
import { DATA } from "./fileKind";
import { UploadList } from "./UploadList";

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
  const used = useDocument((state) => state.document.training?.data?.dataset);
  const chosen = useData((state) => state.chosen);
  const uploads = useUploads((state) => state.uploads);
  const { data: datasets = [] } = useQuery({
    queryKey: DATASETS,
    queryFn: dataApi.datasets,
    enabled: opened,
  });
  // Opened the next time, the page shows what the project uses.
  useEffect(() => () => useData.getState().choose(null), []);
  const shown = datasets.find(({ id }) => id === (chosen ?? used)) ?? datasets[0];

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("data.title")}
      size="min(1360px, 96vw)"
      centered
      closeButtonProps={{ "aria-label": t("data.close") }}
    >
      <div className={classes.page}>
        <Stack gap="xs" className={classes.side}>
          <FileButton
            multiple
            onChange={(files) => useUploads.getState().start(files)}
            accept={[...DATA, ".json"].join(",")}
            inputProps={{ "aria-label": t("data.upload"), name: "file" }}
          >
            {(props) => (
              <Button {...props} leftSection={<Upload size={16} />} fullWidth flex="none">
                {t("data.upload")}
              </Button>
            )}
          </FileButton>
          <Text size="xs" c="dimmed">
            {t("data.drop")}
          </Text>
          <UploadList uploads={uploads} />
          <DatasetList
            datasets={datasets}
            shown={shown?.id}
            used={used}
            onChoose={(dataset) => useData.getState().choose(dataset)}
          />
        </Stack>
        {shown !== undefined && (
          <DatasetView
            key={shown.id}
            dataset={shown}
            isUsed={shown.id === used}
            onUse={() => {
              use(shown);
              onClose();
            }}
          />
        )}
      </div>
    </Modal>
  );
}
