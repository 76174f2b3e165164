/** A row of the run's data set as a sample: pictures and sounds are fetched and become base64, as predict takes them. */

import { useQuery } from "@tanstack/react-query";

import { learned } from "../../api/learned";
import type { Dataset, Json } from "../../schema";
import type { Sample, SampleForm } from "./sample";

export function useRow(
  dataset: Dataset | undefined,
  row: number,
  form: SampleForm,
): { readonly sample: Sample | undefined; readonly error: Error | null } {
  const { data, error } = useQuery({
    queryKey: ["datasets", dataset?.id, "row", row],
    queryFn: async () => {
      const found = await learned.row(dataset!.id, row);
      const values = form.fields.map(async ({ name }) => [name, await plain(found[name] ?? null)] as const);
      return Object.fromEntries(await Promise.all(values)) as Sample;
    },
    enabled: dataset !== undefined && dataset.rows !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return { sample: data, error };
}

async function plain(value: Json): Promise<Json> {
  if (typeof value !== "object" || value === null || !("media" in value)) return value;
  const { url } = value as { readonly url?: Json };
  if (typeof url !== "string") return value;
  const response = await fetch(url, { credentials: "same-origin" });
  return base64(await response.blob());
}

/** The bytes of a file, without the `data:…;base64,` before them. */
export function base64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(file);
  });
}
