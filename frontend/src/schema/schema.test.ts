import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

it("the page's types are those of the API's description (else: npm run schema)", async () => {
  const folder = mkdtempSync(join(tmpdir(), "layerloom-schema-"));
  try {
    await createClient({
      input: "openapi.json",
      output: { path: folder, clean: false },
      plugins: ["@hey-api/typescript"],
      logs: { level: "silent" },
    });

    const fresh = readFileSync(join(folder, "types.gen.ts"), "utf8");
    expect(readFileSync(join(root, "src/schema/generated/types.gen.ts"), "utf8")).toBe(fresh);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
