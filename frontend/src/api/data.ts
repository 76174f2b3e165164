/** Calls of the REST API about data sets. */

import type { Proposal } from "../document/fitting";
import type { Document } from "../document/types";
import type { Dataset, DatasetPreview, Page, Statistics } from "../schema";
import { json, request } from "./client";

const encoded = encodeURIComponent;

export const dataApi = {
  datasets: () => json<Page<Dataset>>("GET", "/datasets?limit=200").then(({ items }) => items),
  preview: (id: string, limit: number, offset = 0) =>
    json<DatasetPreview>("GET", `/datasets/${encoded(id)}/preview?limit=${limit}&offset=${offset}`),
  statistics: (id: string) => json<Statistics>("GET", `/datasets/${encoded(id)}/statistics`),
  delete: (id: string) => request("DELETE", `/datasets/${encoded(id)}`).then(() => undefined),
  /** What suits the data set, for the document as it is. Changes nothing. */
  propose: (id: string, document: Document) =>
    json<Proposal>("POST", `/datasets/${encoded(id)}/propose`, { body: { document } }),
} as const;
