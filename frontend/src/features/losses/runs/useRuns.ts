/** The runs on the server, the newest first: of the open project, or all. Asked again while one of them goes. */

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../../api/client";
import type { Run } from "../../../schema";
import { useDocument } from "../../../stores/documentStore";
import { notify } from "../../../stores/noticeStore";
import { isOver } from "../../../stores/runView";

export type Scope = "project" | "all";

const AGAIN_MS = 1500;
const PAGE = 50;

export function useRuns(scope: Scope) {
  const project = useDocument((state) => state.projectId);
  const only = scope === "project" && project !== null ? project : undefined;
  const query = useInfiniteQuery({
    queryKey: ["run-list", only ?? "all"],
    queryFn: ({ pageParam }) => api.runs({ limit: PAGE, cursor: pageParam, project: only }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: ({ state }) => {
      const runs = state.data?.pages.flatMap(({ items }) => items) ?? [];
      return runs.some(isGoing) ? AGAIN_MS : AGAIN_MS * 4;
    },
  });
  return {
    runs: query.data?.pages.flatMap(({ items }) => items) ?? [],
    isLoading: query.isPending,
    error: query.error,
    hasMore: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}

/** What can be done to a run from the list; the list is asked again after it. */
export function useRunAction() {
  const queries = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onError: (error) => notify("error", error instanceof Error ? error.message : String(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["run-list"] }),
  });
  return mutate;
}

/** It trains, or will without anybody's doing. */
export function isGoing({ state }: Pick<Run, "state">): boolean {
  return !isOver(state) && state !== "interrupted" && state !== "paused";
}

/** Place in the queue by run, 1 for the next: the oldest goes first. */
export function queuePlaces(runs: readonly Run[]): ReadonlyMap<string, number> {
  const waiting = runs.filter(({ state }) => state === "queued").toReversed();
  return new Map(waiting.map(({ id }, index) => [id, index + 1]));
}
