/** Rows of a data set, a page at a time. */

import { ActionIcon, Group, Loader, NativeSelect, Table, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";

import { ApiProblems } from "../../api/client";
import { dataApi } from "../../api/data";
import { t } from "../../i18n";
import type { Column, Dataset } from "../../schema";
import { ProblemText } from "../../ui/ProblemText";
import { Cell } from "./Cell";
import classes from "./data.module.css";
import { showCount } from "./format";

const PAGES = [25, 50, 100, 200] as const;

export function RowsTable({ dataset }: { readonly dataset: Dataset }) {
  const [size, setSize] = useState<number>(PAGES[0]);
  const [page, setPage] = useState(0);
  const rows = dataset.rows ?? 0;
  const last = Math.max(0, Math.ceil(rows / size) - 1);
  const offset = page * size;
  const preview = useQuery({
    queryKey: ["datasets", dataset.id, "preview", offset, size],
    // With its place: while the next page is on its way, the rows of the last one keep their numbers.
    queryFn: async () => ({ ...(await dataApi.preview(dataset.id, size, offset)), first: offset }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const turn = (to: number) => setPage(Math.min(last, Math.max(0, to)));
  return (
    <>
      <Group gap={4} className={classes.pager}>
        <PageButton
          icon={ChevronFirst}
          name={t("data.firstPage")}
          isOff={page === 0}
          onClick={() => turn(0)}
        />
        <PageButton
          icon={ChevronLeft}
          name={t("data.previousPage")}
          isOff={page === 0}
          onClick={() => turn(page - 1)}
        />
        <Text size="xs" className="tabular" role="status" px={4}>
          {t("data.shownRows", {
            from: showCount(rows === 0 ? 0 : offset + 1),
            to: showCount(Math.min(rows, offset + size)),
            of: showCount(rows),
          })}
        </Text>
        <PageButton
          icon={ChevronRight}
          name={t("data.nextPage")}
          isOff={page >= last}
          onClick={() => turn(page + 1)}
        />
        <PageButton
          icon={ChevronLast}
          name={t("data.lastPage")}
          isOff={page >= last}
          onClick={() => turn(last)}
        />
        <NativeSelect
          size="xs"
          ml="auto"
          aria-label={t("data.pageSize")}
          value={size}
          data={PAGES.map((each) => ({
            value: String(each),
            label: t("data.pageRows", { count: each }),
          }))}
          onChange={(event) => {
            const next = Number(event.currentTarget.value);
            setSize(next);
            setPage(Math.floor(offset / next));
          }}
        />
        {preview.isFetching && <Loader size={16} aria-label={t("data.loading")} />}
      </Group>
      {preview.error instanceof ApiProblems && (
        <div role="alert" className={classes.problems}>
          {preview.error.problems.map((problem) => (
            <ProblemText key={problem.code} problem={problem} />
          ))}
        </div>
      )}
      {preview.data !== undefined && (
        <Table
          className={classes.table}
          verticalSpacing={4}
          stickyHeader
          aria-label={t("data.rowsTab")}
          data-stale={preview.isPlaceholderData || undefined}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th ta="right">{t("data.row")}</Table.Th>
              {preview.data.columns.map((column) => (
                <Table.Th key={column.name} ta={isNumber(column) ? "right" : "left"}>
                  {column.name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.data.rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place.
              <Table.Tr key={index}>
                <Table.Th scope="row" ta="right" className={classes.place}>
                  {showCount(preview.data.first + index + 1)}
                </Table.Th>
                {row.map((value, place) => {
                  const column = preview.data.columns[place];
                  return (
                    <Table.Td key={column?.name ?? place} ta={column && isNumber(column) ? "right" : "left"}>
                      <Cell value={value} column={column} row={preview.data.first + index} />
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}

function isNumber({ kind, shape }: Column): boolean {
  return shape.length === 0 && (kind === "number" || kind === "integer");
}

interface PageButtonProps {
  readonly icon: typeof ChevronLeft;
  readonly name: string;
  readonly isOff: boolean;
  readonly onClick: () => void;
}

function PageButton({ icon: Icon, name, isOff, onClick }: PageButtonProps) {
  return (
    <ActionIcon size={28} aria-label={name} title={name} disabled={isOff} onClick={onClick}>
      <Icon size={16} aria-hidden />
    </ActionIcon>
  );
}
