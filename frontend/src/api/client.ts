/** Typed calls of the REST API. Every failure is an `ApiProblems` that carries what the server said. */

import type { Document } from "../document/types";
import type {
  Catalogue,
  CheckResult,
  ExampleSummary,
  Json,
  Page,
  Problem,
  ProjectSummary,
  ProjectVersion,
  Run,
  RunEvent,
  RunHistory,
  WarmWeight,
} from "../schema";

/** What a call that did not succeed says. `status` 0: the server could not be reached. */
export class ApiProblems extends Error {
  readonly status: number;
  readonly problems: readonly Problem[];

  constructor(status: number, problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join("; ") || `HTTP ${status}`);
    this.name = "ApiProblems";
    this.status = status;
    this.problems = problems;
  }

  get isOffline(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export interface Project extends ProjectSummary {
  readonly document: Document;
  readonly etag: string;
}

export interface Example extends ExampleSummary {
  readonly document: Document;
}

export type ExportFormat = "torch" | "keras" | "keras-json" | "keras-archive" | "weights-h5" | "layerloom";

/** A document in another format, with what running it against the model gave, or why it was not run. */
export interface Exported {
  readonly file: Blob;
  readonly name: string;
  readonly difference: string | null;
  readonly notChecked: string | null;
}

interface Options {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export async function request(
  method: string,
  path: string,
  { body, headers, signal }: Options = {},
): Promise<Response> {
  const isForm = body instanceof FormData;
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      credentials: "same-origin",
      headers: {
        ...(body !== undefined && !isForm && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw new ApiProblems(response.status, await problemsOf(response));
  return response;
}

export function unreachable(): ApiProblems {
  return new ApiProblems(0, [
    {
      code: "server.unreachable",
      severity: "error",
      message: "The server could not be reached.",
      hint: "",
    },
  ]);
}

async function problemsOf(response: Response): Promise<readonly Problem[]> {
  try {
    const body: unknown = await response.json();
    const problems = (body as { problems?: unknown }).problems;
    if (Array.isArray(problems)) return problems as readonly Problem[];
  } catch {
    // Not JSON: something between us and the server answered.
  }
  return [
    {
      code: `http.${response.status}`,
      severity: "error",
      message: `The server answered ${response.status} ${response.statusText}.`,
    },
  ];
}

export async function json<Body>(method: string, path: string, options?: Options): Promise<Body> {
  const response = await request(method, path, options);
  return (await response.json()) as Body;
}

/** The file's name that the server proposes. */
export function attachmentName(response: Response): string | undefined {
  const header = response.headers.get("Content-Disposition") ?? "";
  const name = /filename\*=UTF-8''([^;]+)/.exec(header)?.[1];
  return name && decodeURIComponent(name);
}

const encoded = encodeURIComponent;

function project(body: ProjectSummary & { document: Document }, response: Response): Project {
  return { ...body, etag: response.headers.get("ETag") ?? `"${body.version}"` };
}

async function projectRequest(method: string, path: string, options?: Options): Promise<Project> {
  const response = await request(method, path, options);
  return project((await response.json()) as ProjectSummary & { document: Document }, response);
}

export interface RunOverrides {
  readonly epochs?: number;
  readonly [key: string]: Json | undefined;
}

/** What shall be trained: a document, or an earlier run's for more epochs. */
export interface RunOrder {
  readonly document?: Document;
  readonly project?: string | null;
  readonly training?: { readonly fit?: { readonly epochs: number } };
  readonly continues?: string;
  readonly warm_start?: string;
}

export const api = {
  health: () => json<{ status: string; version: string }>("GET", "/health"),

  /** Exchanges a token or a one-time ticket for the session's cookie. */
  signIn: (secret: { token: string } | { ticket: string }) =>
    request("POST", "/session", { body: secret }).then(() => undefined),
  /** Whether the cookie is good. */
  isSignedIn: () =>
    request("GET", "/session").then(
      () => true,
      (error: unknown) => {
        if (error instanceof ApiProblems && error.status === 401) return false;
        throw error;
      },
    ),

  layers: () => json<Catalogue>("GET", "/layers"),
  check: (document: Document, signal?: AbortSignal) =>
    json<CheckResult>("POST", "/check", { body: document, signal }),

  exportDocument: async (
    format: ExportFormat,
    document: Document,
    signal?: AbortSignal,
  ): Promise<Exported> => {
    const response = await request("POST", `/export/${format}`, { body: document, signal });
    return {
      file: await response.blob(),
      name: attachmentName(response) ?? `model.${format}`,
      difference: response.headers.get("Layerloom-Largest-Difference"),
      notChecked: response.headers.get("Layerloom-Not-Checked"),
    };
  },
  /** `weights`: Keras' weights in a file of their own, beside a model's JSON. */
  importFile: (file: File, weights?: File) => {
    const body = new FormData();
    body.append("file", file);
    if (weights) body.append("weights", weights);
    return json<{ document: Document; problems: readonly Problem[] }>("POST", "/import", { body });
  },

  examples: () => json<{ items: readonly Example[] }>("GET", "/examples").then(({ items }) => items),

  projects: (cursor?: string) =>
    json<Page<ProjectSummary>>("GET", `/projects?limit=100${cursor ? `&cursor=${encoded(cursor)}` : ""}`),
  createProject: (document: Document) => projectRequest("POST", "/projects", { body: { document } }),
  project: (id: string) => projectRequest("GET", `/projects/${encoded(id)}`),
  /** Status 412 in `ApiProblems`: someone else saved since `etag`. */
  saveProject: (id: string, document: Document, etag: string) =>
    projectRequest("PUT", `/projects/${encoded(id)}`, { body: { document }, headers: { "If-Match": etag } }),
  deleteProject: (id: string) => request("DELETE", `/projects/${encoded(id)}`).then(() => undefined),
  projectVersions: (id: string) => json<Page<ProjectVersion>>("GET", `/projects/${encoded(id)}/versions`),

  startRun: ({ project, ...order }: RunOrder, idempotencyKey: string) =>
    json<Run>("POST", "/runs", {
      body: project ? { ...order, project } : order,
      headers: { "Idempotency-Key": idempotencyKey },
    }),
  /** The newest first; of one project, or all. */
  runs: ({ limit = 50, cursor, project }: { limit?: number; cursor?: string; project?: string } = {}) =>
    json<Page<Run>>(
      "GET",
      `/runs?limit=${limit}${cursor ? `&cursor=${encoded(cursor)}` : ""}${project ? `&project=${encoded(project)}` : ""}`,
    ),
  run: (id: string) => json<Run>("GET", `/runs/${encoded(id)}`),
  /** What the run trains, as it was started. */
  runDocument: (id: string) => json<Document>("GET", `/runs/${encoded(id)}/document`),
  /** What becomes of each weight where the document trains on from what a run has learned. */
  warmStart: (document: Document, run: string) =>
    json<{ readonly weights: readonly WarmWeight[] }>("POST", "/warm-start", { body: { document, run } }),
  renameRun: (id: string, name: string) => json<Run>("PATCH", `/runs/${encoded(id)}`, { body: { name } }),
  deleteRun: (id: string) => request("DELETE", `/runs/${encoded(id)}`).then(() => undefined),
  pauseRun: (id: string) => request("POST", `/runs/${encoded(id)}/pause`, { body: {} }).then(() => undefined),
  resumeRun: (id: string) =>
    request("POST", `/runs/${encoded(id)}/resume`, { body: {} }).then(() => undefined),
  stopRun: (id: string) => request("POST", `/runs/${encoded(id)}/stop`, { body: {} }).then(() => undefined),
  changeTraining: (
    id: string,
    change: { loss_weights?: { readonly [output: string]: number }; learning_rate?: number },
  ) => request("PATCH", `/runs/${encoded(id)}/training`, { body: change }).then(() => undefined),
  runEvents: (id: string, after: number, limit = 5000) =>
    json<readonly RunEvent[]>("GET", `/runs/${encoded(id)}/events?after=${after}&limit=${limit}`),
  runHistory: (id: string) => json<RunHistory>("GET", `/runs/${encoded(id)}/history`),
  /** Losses and metrics on the run's own data set, or on another. */
  evaluate: (id: string, dataset?: string) =>
    json<{ readonly [key: string]: Json }>("POST", `/runs/${encoded(id)}/evaluate`, {
      body: dataset ? { dataset } : {},
    }),
  predict: (id: string, body: JsonRequest) =>
    json<{ readonly [key: string]: Json }>("POST", `/runs/${encoded(id)}/predict`, { body }),
} as const;

type JsonRequest = { readonly [key: string]: unknown };

export type Api = typeof api;
