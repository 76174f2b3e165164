/** A data set's columns and its first rows; images and sequences are drawn small. */

import { Loader, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import { t } from "../../i18n";
import type { Dataset, Json } from "../../schema";
import { isImage, PixelImage } from "./PixelImage";

export function DatasetDetails({ dataset }: { readonly dataset: Dataset }) {
  const preview = useQuery({
    queryKey: ["datasets", dataset.id, "preview"],
    queryFn: () => api.datasetPreview(dataset.id, 12),
    enabled: dataset.rows !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <Table className="data-table" verticalSpacing={4} aria-label={t("data.columns")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("data.column")}</Table.Th>
            <Table.Th>{t("data.kind")}</Table.Th>
            <Table.Th>{t("data.shape")}</Table.Th>
            <Table.Th>{t("data.classes")}</Table.Th>
            <Table.Th ta="right">{t("data.missing")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {dataset.columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Td>{column.name}</Table.Td>
              <Table.Td>{t(`data.column.${column.kind}`)}</Table.Td>
              <Table.Td>{column.shape.length > 0 ? `(${column.shape.join(", ")})` : "–"}</Table.Td>
              <Table.Td>{showClasses(column.classes)}</Table.Td>
              <Table.Td ta="right">{column.missing}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {preview.isLoading && <Loader size="sm" />}
      {preview.data !== undefined && (
        <div className="data-preview">
          <Text size="sm" fw={600} mb={4}>
            {t("data.firstRows")}
          </Text>
          <div className="data-scroll">
            <Table className="data-table" verticalSpacing={4} aria-label={t("data.firstRows")}>
              <Table.Thead>
                <Table.Tr>
                  {preview.data.columns.map((column) => {
                    const name = typeof column === "string" ? column : column.name;
                    return <Table.Th key={name}>{name}</Table.Th>;
                  })}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {preview.data.rows.map((row, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place.
                  <Table.Tr key={index}>
                    {row.map((value, place) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place.
                      <Table.Td key={place}>
                        <Cell value={value} />
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </div>
      )}
    </>
  );
}

function Cell({ value }: { readonly value: Json }) {
  if (isImage(value)) return <PixelImage rows={value} />;
  if (Array.isArray(value)) {
    const text = JSON.stringify(value);
    return <span title={text.slice(0, 2000)}>{text.length > 48 ? `${text.slice(0, 45)}…` : text}</span>;
  }
  if (typeof value === "number") return <>{Number.isInteger(value) ? value : Number(value.toPrecision(5))}</>;
  return <>{value === null ? "–" : String(value)}</>;
}

function showClasses(classes: readonly (string | number)[] | null): string {
  if (classes === null) return "–";
  const shown = classes.slice(0, 6).join(", ");
  return classes.length > 6 ? `${shown}, … (${classes.length})` : shown;
}
