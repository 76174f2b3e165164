/** Chosen runs side by side: their curves in one chart, their results, and what differs in what they train. */

import { NativeSelect, Table, Text, useComputedColorScheme } from "@mantine/core";
import { lazy, Suspense, useMemo, useState } from "react";

import { differencesOf, type Fallback } from "../../../document/difference";
import type { Document } from "../../../document/types";
import { t } from "../../../i18n";
import type { Catalogue } from "../../../schema";
import { useCatalogue } from "../../../stores/catalogueStore";
import type { RunView } from "../../../stores/runView";
import { steadyNumber } from "../../../ui/numbers";
import { ChartControls } from "../ChartControls";
import { ExportMenu } from "../ExportMenu";
import { runsCsv } from "../runCsv";
import { formatIn, tickIn, useChartSettings } from "../useChartSettings";
import { choiceInWords, choiceKey, choicesOf, comparedChart, type Part, resultsOf } from "./comparedData";
import { RunLetter } from "./RunRow";
import { letterOf, placeInWords, valueInWords } from "./words";

const Chart = lazy(() => import("../../../ui/chart/Chart").then((module) => ({ default: module.Chart })));

export interface Compared {
  readonly view: RunView;
  readonly document: Document | null;
  readonly name: string;
  /** Further rows of the table: label to text. */
  readonly facts: ReadonlyMap<string, string>;
}

export function Comparison({ runs }: { readonly runs: readonly Compared[] }) {
  return (
    <>
      <ComparedChart runs={runs} />
      <div className="run-scroll">
        <Table aria-label={t("runs.table")} className="runs-table tabular" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th />
              {runs.map(({ name, view }, place) => (
                <Table.Th key={view.runId}>
                  {runs.length > 1 && <RunLetter place={place} />} {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          {runs.length > 1 ? <Differences runs={runs} /> : <Facts runs={runs} />}
          <Results runs={runs} />
          {runs.length > 1 && <Facts runs={runs} />}
        </Table>
      </div>
    </>
  );
}

function ComparedChart({ runs }: { readonly runs: readonly Compared[] }) {
  const scheme = useComputedColorScheme("light");
  const settings = useChartSettings();
  const { unit, options, range, setRange } = settings;
  const [wanted, setWanted] = useState("");
  const [part, setPart] = useState<Part>("both");
  const views = runs.map(({ view }) => view);
  const choices = choicesOf(views);
  const choice = choices.find((each) => choiceKey(each) === wanted) ?? choices[0]!;
  const revisions = views.map(({ runId, revision }) => `${runId} ${revision}`).join();
  // A view's curves grow in place: its revision says that they did. The scheme decides what colours are.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const data = useMemo(
    () => comparedChart(views, choice, unit, part),
    [revisions, choiceKey(choice), unit, part, scheme],
  );
  const title = choiceInWords(choice);
  return (
    <>
      <ChartControls
        settings={settings}
        choices={choices.map((each) => ({ value: choiceKey(each), label: choiceInWords(each) }))}
        choice={choiceKey(choice)}
        onChoose={setWanted}
        canSmooth={choice.quantity === "loss"}
      >
        <NativeSelect
          size="xs"
          aria-label={t("runs.part")}
          value={part}
          onChange={(event) => setPart(event.currentTarget.value as Part)}
          data={(["both", "training", "validation"] as const).map((value) => ({
            value,
            label: t(`runs.part.${value}`),
          }))}
        />
        <ExportMenu
          name={`${t("runs.title")} ${title}`}
          picture={() => ({
            data,
            options,
            hidden: new Set(),
            range,
            title,
            xLabel: t(`losses.${unit}`),
            formatTick: tickIn(unit) ?? ((x) => String(Number(x.toPrecision(6)))),
          })}
          csv={() =>
            runsCsv(runs.map(({ name, view }, place) => ({ name: `${letterOf(place)} ${name}`, view })))
          }
        />
      </ChartControls>
      <div className="runs-chart">
        <Suspense>
          <Chart
            data={data}
            options={options}
            range={range}
            onRange={setRange}
            scheme={scheme}
            formatX={formatIn(unit)}
            formatTick={tickIn(unit)}
            description={t("runs.chart", { shown: title, count: runs.length })}
          />
        </Suspense>
      </div>
      <Text size="xs" c="dimmed" className="runs-key">
        <span>
          <span aria-hidden className="line-sample" /> {t("runs.part.training")}
        </span>
        <span>
          <span aria-hidden className="line-sample" data-dashed /> {t("runs.part.validation")}
        </span>
        <span>
          <span aria-hidden>★</span> {t("runs.bestEpoch")}
        </span>
      </Text>
    </>
  );
}

function Facts({ runs }: { readonly runs: readonly Compared[] }) {
  const labels = [...new Set(runs.flatMap(({ facts }) => [...facts.keys()]))];
  return (
    <Table.Tbody data-facts>
      <Heading text={t("runs.facts")} columns={runs.length} />
      {labels.map((label) => (
        <Table.Tr key={label}>
          <Table.Th scope="row">{label}</Table.Th>
          {runs.map(({ view, facts }) => (
            <Table.Td key={view.runId}>{facts.get(label) ?? "–"}</Table.Td>
          ))}
        </Table.Tr>
      ))}
    </Table.Tbody>
  );
}

function Results({ runs }: { readonly runs: readonly Compared[] }) {
  const results = resultsOf(runs.map(({ view }) => view));
  return (
    <Table.Tbody data-results>
      <Heading text={t("runs.results")} columns={runs.length} />
      {results.length === 0 && <Note text={t("runs.noResults")} columns={runs.length} />}
      {results.map(({ label, values, best }) => (
        <Table.Tr key={label} data-result={label}>
          <Table.Th scope="row">{label}</Table.Th>
          {values.map((value, place) => (
            <Table.Td key={runs[place]!.view.runId} fw={best[place] ? 700 : undefined}>
              {steadyNumber(value)}
              {best[place] && <span aria-hidden> ★</span>}
              {best[place] && <span className="visually-hidden">{t("runs.isBest")}</span>}
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </Table.Tbody>
  );
}

function Differences({ runs }: { readonly runs: readonly Compared[] }) {
  const catalogue = useCatalogue((state) => state.catalogue);
  const documents = runs.flatMap(({ document }) => document ?? []);
  const isKnown = documents.length === runs.length;
  const differences = isKnown ? differencesOf(documents, fallbackFrom(catalogue)) : [];
  return (
    <Table.Tbody data-differences>
      <Heading text={t("runs.differences")} columns={runs.length} />
      {isKnown && differences.length === 0 && <Note text={t("runs.same")} columns={runs.length} />}
      {differences.map((difference) => {
        const place = placeInWords(difference);
        return (
          <Table.Tr key={place} data-difference={place}>
            <Table.Th scope="row">{place}</Table.Th>
            {difference.values.map((value, index) => (
              <Table.Td key={runs[index]!.view.runId}>
                <Text size="xs" lineClamp={3} title={valueInWords(value)}>
                  {valueInWords(value)}
                </Text>
              </Table.Td>
            ))}
          </Table.Tr>
        );
      })}
    </Table.Tbody>
  );
}

function Heading({ text, columns }: { readonly text: string; readonly columns: number }) {
  return (
    <Table.Tr className="runs-heading">
      <Table.Th colSpan={columns + 1}>{text}</Table.Th>
    </Table.Tr>
  );
}

function Note({ text, columns }: { readonly text: string; readonly columns: number }) {
  return (
    <Table.Tr>
      <Table.Td colSpan={columns + 1} c="dimmed">
        {text}
      </Table.Td>
    </Table.Tr>
  );
}

/** Defaults of configs, from the catalogue's schemas. */
function fallbackFrom(catalogue: Catalogue | null): Fallback {
  return (kind, type, field) => {
    const parts =
      kind === "layer"
        ? catalogue?.layers
        : kind === "optimizer"
          ? catalogue?.optimizers
          : catalogue?.callbacks;
    return parts?.find((part) => part.type === type)?.schema.properties?.[field]?.default;
  };
}
