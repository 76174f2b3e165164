/** Columns of a data set: kind, range, how the values are spread, how many differ, how many are missing. */

import { Button, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { dataApi } from "../../api/data";
import { t } from "../../i18n";
import type { Column, ColumnStatistics, Dataset, Json } from "../../schema";
import { Bars, type BarsProps } from "./Bars";
import classes from "./data.module.css";
import { showCount, showNumber, showShare, showTime } from "./format";

/** More are shown when asked for: a table of thousands of rows with pictures is slow. */
const FIRST = 100;

export function ColumnsTable({ dataset }: { readonly dataset: Dataset }) {
  const statistics = useQuery({
    queryKey: ["datasets", dataset.id, "statistics"],
    queryFn: () => dataApi.statistics(dataset.id),
    enabled: dataset.rows !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? dataset.columns : dataset.columns.slice(0, FIRST);
  const rows = statistics.data?.rows ?? dataset.rows ?? 0;
  return (
    <>
      <Table className={classes.table} verticalSpacing={6} stickyHeader aria-label={t("data.columns")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("data.column")}</Table.Th>
            <Table.Th>{t("data.kind")}</Table.Th>
            <Table.Th>{t("data.range")}</Table.Th>
            <Table.Th>{t("data.distribution")}</Table.Th>
            <Table.Th ta="right">{t("data.distinct")}</Table.Th>
            <Table.Th ta="right">{t("data.missing")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((column) => (
            <ColumnRow
              key={column.name}
              column={column}
              rows={rows}
              known={statistics.data?.columns[column.name]}
              isPending={statistics.isLoading}
            />
          ))}
        </Table.Tbody>
      </Table>
      {shown.length < dataset.columns.length && (
        <Button variant="default" mt="xs" onClick={() => setShowsAll(true)}>
          {t("data.allColumns", { count: dataset.columns.length })}
        </Button>
      )}
    </>
  );
}

interface ColumnRowProps {
  readonly column: Column;
  readonly rows: number;
  readonly known: ColumnStatistics | undefined;
  readonly isPending: boolean;
}

function ColumnRow({ column, rows, known, isPending }: ColumnRowProps) {
  const missing = known?.missing ?? column.missing;
  const bars = barsOf(column, known);
  return (
    <Table.Tr data-column={column.name}>
      <Table.Td className={classes.name}>
        <Text size="xs" fw={600}>
          {column.name}
        </Text>
        {column.note !== "" && (
          <Text size="xs" c="dimmed">
            {column.note}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {t(`data.column.${column.kind}`)}
        {column.shape.length > 0 && (
          <Text size="xs" c="dimmed" className="tabular">
            ({column.shape.join(", ")})
          </Text>
        )}
      </Table.Td>
      <Table.Td className={classes.range}>{rangeOf(column, known)}</Table.Td>
      <Table.Td>
        {bars !== null && <Bars {...bars} />}
        {bars === null && isPending && <span className={classes.pending} aria-hidden />}
      </Table.Td>
      <Table.Td ta="right">{distinctOf(column, known)}</Table.Td>
      <Table.Td ta="right" className={missing > 0 ? classes.missing : undefined}>
        {showCount(missing)}
        {missing > 0 && rows > 0 && ` (${showShare(missing / rows)})`}
      </Table.Td>
    </Table.Tr>
  );
}

function distinctOf(column: Column, known: ColumnStatistics | undefined): string {
  const distinct = known?.distinct ?? column.classes?.length ?? null;
  if (distinct !== null) return showCount(distinct);
  // Of numbers and texts only so many are told apart.
  const isCounted = column.shape.length === 0 && column.kind !== "image" && column.kind !== "audio";
  return known !== undefined && isCounted ? `> ${showCount(1_000_000)}` : "–";
}

function show(column: Column, value: number | string): string {
  if (column.kind === "time") return showTime(value);
  return typeof value === "string" ? value : showNumber(value);
}

function rangeOf(column: Column, known: ColumnStatistics | undefined) {
  if (column.kind === "category") return classesOf(column.classes);
  if (known?.lengths) {
    const { min, max, mean } = known.lengths;
    return t("data.lengths", { min: showNumber(min), max: showNumber(max), mean: showNumber(mean) });
  }
  if (known === undefined || known.min === null || known.max === null)
    return column.classes === null ? "–" : classesOf(column.classes);
  return (
    <>
      {show(column, known.min)} – {show(column, known.max)}
      {known.mean !== null && column.kind !== "time" && (
        <Text size="xs" c="dimmed" className="tabular">
          {known.deviation === null
            ? t("data.mean", { mean: showNumber(known.mean) })
            : t("data.meanDeviation", {
                mean: showNumber(known.mean),
                deviation: showNumber(known.deviation),
              })}
        </Text>
      )}
    </>
  );
}

function classesOf(classes: Column["classes"]): string {
  if (classes === null) return "–";
  const shown = classes.slice(0, 5).join(", ");
  return classes.length > 5 ? `${shown}, … (${showCount(classes.length)})` : shown;
}

/** The histogram of numbers, or the most frequent values; null where neither is known. */
function barsOf(column: Column, known: ColumnStatistics | undefined): BarsProps | null {
  const histogram = known?.histogram;
  const top = known?.top;
  // Bins of few whole numbers would be empty in between: each number has a bar of its own.
  const each = column.kind === "integer" && top && top.length === known.distinct ? byValue(top) : null;
  if (each !== null) return barsOfValues(column, each, each.length);
  if (histogram && histogram.counts.length > 0) {
    const { edges, counts } = histogram;
    const at = (index: number) => show(column, edges[index] ?? 0);
    const most = counts.indexOf(Math.max(...counts));
    return {
      bars: counts.map((count, index) => ({
        count,
        label: t("data.bar", { from: at(index), to: at(index + 1), count: showCount(count) }),
      })),
      label: t("data.histogram", {
        name: column.name,
        from: at(0),
        to: at(counts.length),
        mostFrom: at(most),
        mostTo: at(most + 1),
        count: showCount(counts[most] ?? 0),
      }),
    };
  }
  return top && top.length > 0 ? barsOfValues(column, top, 12) : null;
}

type Counts = NonNullable<ColumnStatistics["top"]>;

function byValue(counts: Counts): Counts {
  return [...counts].sort(([a], [b]) => Number(a) - Number(b));
}

function barsOfValues(column: Column, counts: Counts, most: number): BarsProps {
  const named = ([value, count]: Counts[number]) => `${nameOf(value)}: ${showCount(count)}`;
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  return {
    bars: counts.slice(0, most).map((each) => ({ count: each[1], label: named(each) })),
    label: t("data.top", { name: column.name, values: frequent.map(named).join("; ") }),
    isApart: true,
  };
}

function nameOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
