/** "Fit the inputs to this data set": what the server proposes, each to take or to leave, applied as one step. */

import { Button, Checkbox, Group, Loader, Modal, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { useMemo, useState } from "react";

import { ApiProblems } from "../../api/client";
import { dataApi } from "../../api/data";
import { fitToDataset, type Offer, offersOf, type Proposal } from "../../document/fitting";
import { columnsOf } from "../../document/proposals";
import type { ColumnBinding, Document } from "../../document/types";
import { t, translated } from "../../i18n";
import type { Json } from "../../schema";
import { useCatalogue } from "../../stores/catalogueStore";
import { useDocument } from "../../stores/documentStore";
import { notify } from "../../stores/noticeStore";
import { showJson } from "../../ui/form/fields";
import { ProblemText, withCode } from "../../ui/ProblemText";

interface FitInputsDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function FitInputsDialog({ opened, onClose }: FitInputsDialogProps) {
  // The proposal is for the document as it was when it was asked for.
  const [document] = useState(() => useDocument.getState().document);
  const dataset = document.training?.data?.dataset ?? "";
  const proposal = useQuery({
    queryKey: ["proposal", dataset, document],
    queryFn: () => dataApi.propose(dataset, document),
    enabled: opened && dataset !== "",
    gcTime: 0,
    retry: false,
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={620}
      title={t("fitting.title")}
      closeButtonProps={{ "aria-label": t("fitting.close") }}
    >
      {proposal.isLoading && <Loader size="sm" aria-label={t("fitting.loading")} />}
      {proposal.error instanceof ApiProblems && (
        <div role="alert">
          {proposal.error.problems.map((problem) => (
            <ProblemText key={problem.code + problem.message} problem={problem} />
          ))}
        </div>
      )}
      {proposal.data !== undefined && (
        <Offers document={document} proposal={proposal.data} onClose={onClose} />
      )}
    </Modal>
  );
}

interface OffersProps {
  readonly document: Document;
  readonly proposal: Proposal;
  readonly onClose: () => void;
}

function Offers({ document, proposal, onClose }: OffersProps) {
  const catalogue = useCatalogue((state) => state.catalogue);
  const offers = useMemo(() => offersOf(document, proposal, catalogue), [document, proposal, catalogue]);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const taken = offers.filter(({ key }) => !left.has(key));
  const ends = [...new Set(offers.map(({ end }) => end))];
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t(offers.length === 0 ? "fitting.nothing" : "fitting.about")}
      </Text>
      {ends.map((end) => (
        <fieldset key={end} className="offers" data-offers={end}>
          <legend>{end === "" ? t("fitting.rows") : end}</legend>
          {offers
            .filter((offer) => offer.end === end)
            .map((offer) => (
              <Checkbox
                key={offer.key}
                name={offer.key}
                size="xs"
                checked={!left.has(offer.key)}
                onChange={() =>
                  setLeft((before) => {
                    const after = new Set(before);
                    if (!after.delete(offer.key)) after.add(offer.key);
                    return after;
                  })
                }
                label={<OfferText offer={offer} />}
                description={noteOf(offer)}
              />
            ))}
        </fieldset>
      ))}
      {proposal.notes.length > 0 && (
        <ul className="offer-notes" aria-label={t("fitting.notes")}>
          {proposal.notes.map((note) => (
            <li key={note}>{withCode(note)}</li>
          ))}
        </ul>
      )}
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t("fitting.leave")}
        </Button>
        <Button
          data-autofocus
          disabled={taken.length === 0}
          onClick={() => {
            const { document: current, run } = useDocument.getState();
            if (run(fitToDataset(current, proposal, taken)).refused === undefined)
              notify("success", t("fitting.done", { count: taken.length }));
            onClose();
          }}
        >
          {t("fitting.apply", { count: taken.length })}
        </Button>
      </Group>
    </>
  );
}

function OfferText({ offer }: { readonly offer: Offer }) {
  const before = show(offer.kind, offer.before);
  return (
    <span className="offer">
      {t(`fitting.${offer.kind}`)}:{" "}
      {before !== "" && (
        <>
          <s>
            <span className="visually-hidden">{t("fitting.before")} </span>
            {before}
          </s>
          <ArrowRight size={12} role="img" aria-label={t("fitting.becomes")} />
        </>
      )}
      <b>{show(offer.kind, offer.after)}</b>
    </span>
  );
}

/** A layer that is called from several places changes at all of them. */
function noteOf({ layer, end }: Offer): string | undefined {
  if (layer === null || layer.id === end) return undefined;
  return layer.calls > 1
    ? t("fitting.sharedLayer", { layer: layer.id, count: layer.calls })
    : t("fitting.layer", { layer: layer.id });
}

function show(kind: Offer["kind"], value: Offer["before"]): string {
  if (value === null) return "";
  if (kind === "split") return showSplit(value as Json);
  if (kind === "columns") return showBinding(value as ColumnBinding);
  if (Array.isArray(value)) {
    const text = value.map((item: Json) => (item === null ? "?" : String(item))).join(", ");
    return kind === "shape" ? `(${text})` : text;
  }
  return showJson(value as Json);
}

function showSplit(value: Json): string {
  const [by, column] = Array.isArray(value) ? value : [value];
  const way = translated(`split.by.${by}`, String(by));
  return column === undefined ? way : `${way}: ${column}`;
}

/** Names of the columns, the first few of many, and the encoder with what is set of it. */
function showBinding(binding: ColumnBinding): string {
  const names = columnsOf(binding);
  const columns =
    names.length > 6
      ? t("fitting.manyColumns", { first: names.slice(0, 4).join(", "), count: names.length - 4 })
      : names.join(", ");
  const encoder = typeof binding === "object" && "columns" in binding ? binding.encoder : null;
  if (!encoder) return columns;
  const config = Object.entries(encoder.config ?? {})
    .map(([name, value]) => `${name} ${showJson(value)}`)
    .join(", ");
  const how = translated(`encoder.${encoder.type}`, encoder.type).toLowerCase();
  return `${columns} · ${how}${config === "" ? "" : ` (${config})`}`;
}
