/** Files on their way and those that arrived or failed: how far, how fast, what is wrong, and how to end it. */

import { ActionIcon, Button, Group, Progress, Text } from "@mantine/core";
import { CircleAlert, CircleCheck, RotateCw, X } from "lucide-react";

import { t } from "../../i18n";
import { useData } from "../../stores/dataStore";
import { type FileUpload, isUnderWay, useUploads } from "../../stores/uploadStore";
import { ProblemText } from "../../ui/ProblemText";
import classes from "./data.module.css";
import { showBytes, showSeconds } from "./format";

export function UploadList({ uploads }: { readonly uploads: readonly FileUpload[] }) {
  if (uploads.length === 0) return null;
  return (
    <ul className={classes.uploads} aria-label={t("upload.list")}>
      {uploads.map((upload) => (
        <li key={upload.key} data-upload={upload.state} className={classes.upload}>
          <OneUpload upload={upload} />
        </li>
      ))}
    </ul>
  );
}

function OneUpload({ upload }: { readonly upload: FileUpload }) {
  const { key, file, state, dataset } = upload;
  const { cancel, retry, dismiss } = useUploads.getState();
  const isActive = isUnderWay(upload);
  const isOver = state === "done" || state === "known";
  return (
    <>
      <Group gap={6} wrap="nowrap">
        {state === "failed" && <CircleAlert size={15} aria-hidden className={classes.bad} />}
        {isOver && <CircleCheck size={15} aria-hidden className={classes.good} />}
        {isOver && dataset !== null ? (
          <Text size="xs" truncate flex={1} role="status" title={file.name}>
            {t(state === "known" ? "upload.known" : "upload.done", { name: dataset.name })}
          </Text>
        ) : (
          <Text size="xs" fw={500} truncate flex={1} title={file.name}>
            {file.name}
          </Text>
        )}
        {dataset !== null && (
          <Button
            size="compact-xs"
            variant="subtle"
            flex="none"
            onClick={() => useData.getState().choose(dataset.id)}
          >
            {t("upload.show")}
          </Button>
        )}
        {state === "failed" && (
          <ActionIcon
            size="sm"
            aria-label={t("upload.retry", { name: file.name })}
            onClick={() => retry(key)}
          >
            <RotateCw size={14} aria-hidden />
          </ActionIcon>
        )}
        <ActionIcon
          size="sm"
          aria-label={t(isActive ? "upload.cancel" : "upload.dismiss", { name: file.name })}
          onClick={() => (isActive ? cancel(key) : dismiss(key))}
        >
          <X size={14} aria-hidden />
        </ActionIcon>
      </Group>
      {isActive && <UploadProgress upload={upload} />}
      {state === "failed" && (
        <div role="alert" className={classes.problems}>
          {upload.problems.map((problem) => (
            <ProblemText key={problem.code + problem.message} problem={problem} hasIcon={false} />
          ))}
        </div>
      )}
    </>
  );
}

export function UploadProgress({ upload }: { readonly upload: FileUpload }) {
  const { file, state, sent } = upload;
  const percent = file.size === 0 ? 100 : (100 * sent) / file.size;
  return (
    <>
      <Progress.Root size={6} my={4}>
        <Progress.Section
          value={state === "reading" ? 100 : percent}
          color={state === "cut" ? "yellow.8" : "indigo"}
          striped={state === "reading"}
          animated={state === "reading"}
          aria-label={t("upload.progress", { name: file.name })}
        />
      </Progress.Root>
      <Text size="xs" c="dimmed" className="tabular">
        {textOf(upload)}
      </Text>
    </>
  );
}

function textOf({ state, file, sent, speed }: FileUpload): string {
  if (state === "waiting") return t("upload.waiting", { size: showBytes(file.size) });
  if (state === "reading") return t("upload.reading");
  const far = t("upload.far", { sent: showBytes(sent), size: showBytes(file.size) });
  if (state === "cut") return t("upload.cut", { far });
  if (speed === null || speed <= 0) return far;
  return t("upload.speed", {
    far,
    speed: showBytes(speed),
    left: showSeconds((file.size - sent) / speed),
  });
}
