/** Finds layer types by what a person types: their name, their search words ("sum", "concat"), their summary. */

import type { LayerTypeDescription } from "../schema";

/** What of a layer type can be searched. */
export type Searchable = Pick<LayerTypeDescription, "type" | "summary" | "search_words">;

/** All types that match every word of the query, best first; the catalogue's order where they match alike. */
export function searchLayerTypes<Type extends Searchable>(
  types: readonly Type[],
  query: string,
): readonly Type[] {
  const words = wordsOf(query.trim().toLowerCase());
  if (words.length === 0) return types;
  return types
    .map((type) => ({ type, score: Math.min(...words.map((word) => scoreOf(type, word))) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ type }) => type);
}

/** The words of a query; of a formula such as `x * 2`, `x[:, 0]` or `a@b` its signs, which some types are found by. */
function wordsOf(query: string): readonly string[] {
  if (/^[a-z_]\w*\s*\[/.test(query)) return ["["];
  const formula = /^-?[\w.]+\s*(\*\*|\/\/|[<>=!]=|[-+*/%@<>])\s*-?[\w.]+$/.exec(query);
  if (formula && !/^[a-z]\w+-/.test(query)) return [formula[1]!];
  return query.split(/\s+/).filter(Boolean);
}

/** 0: no match. */
function scoreOf({ type, summary, search_words }: Searchable, word: string): number {
  const name = type.toLowerCase();
  if (name === word) return 100;
  const known = search_words.map((text) => text.toLowerCase());
  if (known.includes(word)) return 90;
  if (name.startsWith(word)) return 80;
  if (initials(type).startsWith(word)) return 70;
  if (name.includes(word)) return 60;
  if (known.some((text) => text.startsWith(word))) return 50;
  if (known.some((text) => text.includes(word))) return 40;
  return word.length > 2 && summary.toLowerCase().includes(word) ? 10 : 0;
}

/** `"GlobalAveragePooling2D"` → `"gap2d"`. */
function initials(type: string): string {
  return (type.match(/[A-Z0-9]/g) ?? []).join("").toLowerCase();
}
