// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setName } from "../document/commands";
import { siamese } from "../document/testing";
import { startChecking, useCheck } from "./checkStore";
import { useDocument } from "./documentStore";
import { draftOf } from "./drafts";
import { save, startSaving } from "./saving";

/** A server with one project, as far as these tests need it. */
class FakeServer {
  version = 1;
  isAway = false;
  saved: string[] = [];
  checks: string[] = [];
  /** Answers to checks wait until they are let go. */
  held: (() => void)[] = [];

  readonly fetch = async (path: string | URL | Request, request?: RequestInit): Promise<Response> => {
    if (this.isAway) throw new TypeError("Failed to fetch");
    const body = JSON.parse(String(request?.body ?? "{}"));
    if (path === "/api/check") {
      this.checks.push(body.name);
      await new Promise<void>((resolve) => this.held.push(resolve));
      return Response.json({
        ok: true,
        problems: [],
        models: { main: { nodes: {}, layers: {} } },
        totals: {},
      });
    }
    const expected = new Headers(request?.headers).get("If-Match");
    if (expected !== `"${this.version}"`) {
      const problem = { code: "project.stale", severity: "error", message: "Saved elsewhere." };
      return Response.json({ problems: [problem] }, { status: 412 });
    }
    this.version += 1;
    this.saved.push(body.document.name);
    return Response.json(
      { id: "p", name: body.document.name, version: this.version, document: body.document },
      { headers: { ETag: `"${this.version}"` } },
    );
  };
}

let server: FakeServer;
let stop: () => void;

const saveState = () => useDocument.getState().saveState;
const rename = (name: string) => useDocument.getState().run(setName({ name }));
const forAWhile = () => vi.advanceTimersByTimeAsync(1000);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  useDocument.getState().open({ id: "p", etag: '"1"', document: siamese() });
  stop = startSaving();
});

afterEach(async () => {
  await save();
  stop();
  localStorage.clear();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("edits are saved together, soon after the last", async () => {
  rename("One");
  rename("Two");
  expect(saveState()).toBe("unsaved");
  await forAWhile();

  expect(server.saved).toEqual(["Two"]);
  expect(saveState()).toBe("saved");
  expect(draftOf("p")).toBeNull();
});

it("what is edited while an answer is awaited is saved after it", async () => {
  rename("One");
  const first = save();
  rename("Two");
  await first;
  expect(saveState()).toBe("unsaved");
  await forAWhile();

  expect(server.saved).toEqual(["One", "Two"]);
});

it("someone else's version is never overwritten", async () => {
  server.version = 7;
  rename("Mine");
  await forAWhile();
  expect(saveState()).toBe("conflict");

  rename("Mine still");
  await forAWhile();
  expect(server.saved).toEqual([]);
  expect(saveState()).toBe("conflict");
  expect(draftOf("p")?.document.name).toBe("Mine still");
});

it("edits made while the server is away are kept, and saved when it is back", async () => {
  server.isAway = true;
  rename("Away");
  await forAWhile();
  expect(saveState()).toBe("offline");
  expect(draftOf("p")).toMatchObject({ etag: '"1"', document: { name: "Away" } });

  server.isAway = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.saved).toEqual(["Away"]);
  expect(saveState()).toBe("saved");
});

it("checks one document at a time, and the last one for sure", async () => {
  const stopChecking = startChecking();
  await vi.advanceTimersByTimeAsync(0);
  for (const epochs of [1, 2, 3]) {
    useDocument.setState(({ document }) => ({
      document: { ...document, name: `edit ${epochs}`, training: { fit: { epochs } } },
    }));
  }
  await vi.advanceTimersByTimeAsync(0);
  expect(server.checks).toHaveLength(1);

  server.held.shift()!();
  await vi.advanceTimersByTimeAsync(0);
  server.held.shift()!();
  await vi.advanceTimersByTimeAsync(0);

  expect(server.checks).toEqual(["Same digit?", "edit 3"]);
  expect(useCheck.getState()).toMatchObject({ isChecking: false, checked: { name: "edit 3" } });
  stopChecking();
});
