/** Lines that other programs ask this run with: they work when they are pasted, once the token is set. */

import { Button, Group, Stack, Text } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

import { t } from "../../i18n";
import type { Dataset } from "../../schema";
import { withCode } from "../../ui/ProblemText";
import classes from "./learned.module.css";
import { emptySample, requestOf, type SampleForm } from "./sample";
import { curlFileLine, curlLine, pythonLines, tokenLine } from "./serveLines";
import { useRow } from "./useRow";

const COPIED_FOR = 1500;

interface ServeTabProps {
  readonly run: string;
  readonly dataset: Dataset | undefined;
  readonly form: SampleForm;
}

export function ServeTab({ run, dataset, form }: ServeTabProps) {
  const { sample, error } = useRow(form.isByColumn ? dataset : undefined, 0, form);
  const isReady = sample !== undefined || !form.isByColumn || error !== null;
  if (!isReady) return null;
  const body = requestOf(form, sample ?? emptySample(form), []) ?? { rows: [] };
  const { origin } = window.location;
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {withCode(t("learned.serveHint"))}
      </Text>
      <Lines title={t("learned.token")} text={tokenLine()} kind="token" />
      <Lines title={t("learned.shell")} text={curlLine(origin, run, body)} kind="curl" />
      <Lines title={t("learned.python")} text={pythonLines(origin, run, body)} kind="python" />
      <Lines title={t("learned.shellFile")} text={curlFileLine(origin, run)} kind="curl-file" />
    </Stack>
  );
}

interface LinesProps {
  readonly title: string;
  readonly text: string;
  readonly kind: string;
}

function Lines({ title, text, kind }: LinesProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb={4}>
        <Text component="h3" className="section-heading">
          {title}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={isCopied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
          aria-label={t("learned.copy", { title })}
          onClick={() => void copy(text).then(() => setCopied(true))}
        >
          {t(isCopied ? "code.copied" : "code.copy")}
        </Button>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <pre className={classes.code} data-lines={kind} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}

/** The clipboard's own call is missing where the page is not served from a secure origin. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = window.document.createElement("textarea");
  area.value = text;
  window.document.body.append(area);
  area.select();
  window.document.execCommand("copy");
  area.remove();
}
