/** The model as source and as files of other frameworks: read it, copy it, download it. */

import { Button, Group, Loader, Modal, NavLink, Stack, Text } from "@mantine/core";
import { Check, CircleCheck, Copy, Download, FileCode2, Package, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";

import { ApiProblems, api, type Exported } from "../../api/client";
import { t } from "../../i18n";
import type { Problem } from "../../schema";
import { useDocument } from "../../stores/documentStore";
import { goTo } from "../../stores/goTo";
import { ProblemText, withCode } from "../../ui/ProblemText";
import { saveFile } from "../../ui/saveFile";
import classes from "./CodeDialog.module.css";
import { FORMATS, type Format } from "./formats";

const COPIED_FOR = 1500;

export function CodeDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const [chosen, setChosen] = useState<Format>(FORMATS[0]!);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("code.title")}
      size={1000}
      centered
      closeButtonProps={{ "aria-label": t("code.close") }}
    >
      <div className={classes.columns}>
        <nav aria-label={t("code.formats")}>
          {FORMATS.map((format) => (
            <NavLink
              key={format.format}
              component="button"
              classNames={{ root: classes.format, description: classes.hint }}
              active={format === chosen}
              aria-current={format === chosen ? "true" : undefined}
              label={t(`code.${format.format}`)}
              description={t(`code.${format.format}_hint`)}
              leftSection={format.isText ? <FileCode2 size={16} /> : <Package size={16} />}
              onClick={() => setChosen(format)}
            />
          ))}
        </nav>
        {opened && <Preview key={chosen.format} format={chosen} onLeave={onClose} />}
      </div>
    </Modal>
  );
}

type State =
  | { readonly step: "working" }
  | { readonly step: "refused"; readonly problems: readonly Problem[] }
  | { readonly step: "made"; readonly made: Exported; readonly text: string | null };

/** What the server makes of the document as it is now. */
function Preview({ format, onLeave }: { readonly format: Format; readonly onLeave: () => void }) {
  const document = useDocument((state) => state.document);
  const [state, setState] = useState<State>({ step: "working" });

  useEffect(() => {
    const abort = new AbortController();
    setState({ step: "working" });
    api
      .exportDocument(format.format, document, abort.signal)
      .then(async (made) => {
        const text = format.isText ? await made.file.text() : null;
        if (!abort.signal.aborted) setState({ step: "made", made, text });
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const problems = error instanceof ApiProblems ? error.problems : [];
        setState({ step: "refused", problems });
      });
    return () => abort.abort();
  }, [format, document]);

  if (state.step === "working") {
    return (
      <div className={classes.centre} aria-busy="true">
        <Loader size="sm" />
        <Text size="sm" c="dimmed">
          {t("code.working")}
        </Text>
      </div>
    );
  }
  if (state.step === "refused") return <Refused problems={state.problems} onLeave={onLeave} />;
  return <Made format={format} made={state.made} text={state.text} />;
}

interface RefusedProps {
  readonly problems: readonly Problem[];
  readonly onLeave: () => void;
}

function Refused({ problems, onLeave }: RefusedProps) {
  return (
    <Stack gap="sm" className={classes.made} role="alert">
      <div className={classes.refused}>
        <Text size="sm" fw={600}>
          {t("code.refused")}
        </Text>
        <Text size="xs">{problems.length === 0 ? t("code.failed") : t("code.mend")}</Text>
      </div>
      {problems.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.problems} tabIndex={0} aria-label={t("code.mend")}>
          <ul>
            {problems.map((problem) => (
              <li
                key={`${problem.code} ${problem.node} ${problem.field} ${problem.message}`}
                data-problem={problem.code}
              >
                <ProblemText problem={problem} />
                {problem.node && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    className={classes.place}
                    onClick={() => {
                      onLeave();
                      goTo(problem);
                    }}
                  >
                    {t("code.show", { node: problem.node })}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Stack>
  );
}

interface MadeProps {
  readonly format: Format;
  readonly made: Exported;
  readonly text: string | null;
}

function Made({ format, made, text }: MadeProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Stack gap="xs" className={classes.made}>
      <Group gap="md" justify="space-between" align="flex-start" wrap="nowrap">
        <Checked difference={made.difference} why={made.notChecked} />
        <Group gap="xs" wrap="nowrap" className={classes.buttons}>
          {text !== null && "clipboard" in navigator && (
            <Button
              size="xs"
              variant="default"
              leftSection={isCopied ? <Check size={14} /> : <Copy size={14} />}
              onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
            >
              {t(isCopied ? "code.copied" : "code.copy")}
            </Button>
          )}
          <Button
            size="xs"
            leftSection={<Download size={14} />}
            onClick={() => saveFile(made.file, made.name)}
          >
            {t("code.download")}
          </Button>
        </Group>
      </Group>
      {text !== null ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.source} tabIndex={0} aria-label={made.name}>
          <pre>{text}</pre>
        </section>
      ) : (
        <div className={classes.centre}>
          <Package size={32} className={classes.icon} aria-hidden />
          <Text size="sm" fw={500}>
            {made.name}
          </Text>
          <Text size="xs" c="dimmed">
            {t("code.bytes", { kilobytes: Math.max(1, Math.round(made.file.size / 1024)) })}
          </Text>
          {format.opens && (
            <>
              <Text size="xs" c="dimmed" mt="sm">
                {t("code.opens")}
              </Text>
              <code className={classes.opens}>{format.opens(made.name)}</code>
            </>
          )}
        </div>
      )}
    </Stack>
  );
}

/** What the server found when it ran what it made against the model itself, or why it did not. */
function Checked({ difference, why }: { readonly difference: string | null; readonly why: string | null }) {
  if (why !== null) {
    return (
      <Group gap={6} wrap="nowrap" align="flex-start" className={classes.checked}>
        <TriangleAlert size={16} className={classes.doubtful} aria-hidden />
        <Text size="xs">{withCode(t("code.unchecked", { why }))}</Text>
      </Group>
    );
  }
  if (difference === null) return <span />;
  const value = Number(difference);
  return (
    <Group gap={6} wrap="nowrap" className={classes.checked}>
      <CircleCheck size={16} className={classes.good} aria-hidden />
      <Text size="xs" c="dimmed">
        {t("code.checked", { difference: value === 0 ? "0" : value.toExponential(1) })}
      </Text>
    </Group>
  );
}
