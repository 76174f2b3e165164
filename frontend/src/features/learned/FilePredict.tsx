/** A file of samples in, a file of predictions out. */

import { Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRef } from "react";

import { learned } from "../../api/learned";
import { t } from "../../i18n";
import { saveFile } from "../../ui/saveFile";
import { Failure } from "./Failure";

export function FilePredict({ run }: { readonly run: string }) {
  const forget = useRef<() => void>(null);
  const predict = useMutation({
    mutationFn: async (file: File) => {
      const made = await learned.predictFile(run, file);
      saveFile(made.file, made.name);
      return made.name;
    },
  });
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {t("learned.fileTitle")}
      </Text>
      <Group gap="sm">
        <FileButton
          inputProps={{ "aria-label": t("learned.fileIn"), name: "predict.file" }}
          resetRef={forget}
          onChange={(file) => {
            if (file) predict.mutate(file);
            // The same file, mended, may be chosen again.
            forget.current?.();
          }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<FileUp size={14} aria-hidden />}
              loading={predict.isPending}
            >
              {t("learned.fileIn")}
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed" role="status">
          {predict.isSuccess ? t("learned.fileOut", { name: predict.data }) : t("learned.fileHint")}
        </Text>
      </Group>
      <Failure error={predict.error} />
    </Stack>
  );
}
