import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { setLanguage, t, translated } from ".";
import english from "./en";
import chinese from "./zh";

const root = join(import.meta.dirname, "..");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "i18n" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name)
      ? [readFileSync(path, "utf8")]
      : [];
  });
}

const code = sources(root).join("\n");

/** The beginnings of keys that are put together at run time: `refused.${code}`. */
const beginnings = [...code.matchAll(/`([a-z][\w.]*\.)\$\{/g)].map((match) => match[1]!);

const values = (text: string) => [...text.matchAll(/\{(\w+)[,}]/g)].map((match) => match[1]).sort();

describe("texts", () => {
  it("are all used", () => {
    const isUsed = (key: string) =>
      code.includes(`"${key}"`) || beginnings.some((beginning) => key.startsWith(beginning));

    expect(Object.keys(english).filter((key) => !isUsed(key))).toEqual([]);
  });

  it("that the code asks for are all there", () => {
    const asked = [...code.matchAll(/\bt\(\s*"([^"]+)"/g)].map((match) => match[1]!);

    expect(asked.filter((key) => !(key in english))).toEqual([]);
  });

  it("are all translated, with the same values", () => {
    const translations: Record<string, string> = chinese;
    const missing = Object.keys(english).filter((key) => !translations[key]);
    const unknown = Object.keys(translations).filter((key) => !(key in english));
    const different = Object.entries(english)
      .filter(([key, text]) => {
        const names = new Set(values(translations[key] ?? ""));
        return values(text).some((name) => !names.has(name));
      })
      .map(([key]) => key);

    expect({ missing, unknown, different }).toEqual({ missing: [], unknown: [], different: [] });
  });

  it("have plurals, and each language its own", async () => {
    expect(t("train.not_yet", { count: 1, first: "" })).toMatch(/^One problem keeps/);
    expect(t("train.not_yet", { count: 3, first: "" })).toMatch(/^3 problems keep/);

    await setLanguage("zh");
    expect(t("toolbar.train")).toBe("训练");
    await setLanguage("en");
    expect(t("toolbar.train")).toBe("Train");
  });

  it("for a code that nobody wrote a text for fall back", () => {
    expect(translated("refused.never.heard", "never heard")).toBe("never heard");
  });
});
