/** What was asked of the server and is kept for a while; shared by the page and the stores. */

import { QueryClient } from "@tanstack/react-query";

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: 1, refetchOnWindowFocus: false } },
});

export const DATASETS = ["datasets"] as const;

/** The list alone: a preview of what is gone would be answered with 404. */
export function refreshDatasets(): Promise<void> {
  return queries.invalidateQueries({ queryKey: DATASETS, exact: true });
}
