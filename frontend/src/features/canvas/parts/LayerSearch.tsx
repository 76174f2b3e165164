/** A short list of layer types at a point: choosing one puts it there, connected to the port the edge was pulled from. */

import { useEffect, useMemo, useRef, useState } from "react";
import { searchLayerTypes } from "../../../document/layerSearch";
import { wouldContainItself } from "../../../document/questions";
import { t } from "../../../i18n";
import type { JsonObject } from "../../../schema";
import { useCatalogue } from "../../../stores/catalogueStore";
import { openModel, useDocument } from "../../../stores/documentStore";
import { categoryLook, layerLook } from "../../../ui/categories";
import { withCode } from "../../../ui/ProblemText";
import { type Search, setCanvasState, useCanvasState } from "../canvasState";
import { useEngine } from "../engineContext";
import { insertFrom } from "../gestures/inserting";
import { canFollow, type PortRef } from "../scene/fits";
import classes from "./search.module.css";

const WIDTH = 280;
const HEIGHT = 320;
const MOST = 80;

export function LayerSearch() {
  const search = useCanvasState((state) => state.search);
  return search ? <SearchList key={`${search.at.x},${search.at.y}`} search={search} /> : null;
}

interface Choice {
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly category: string;
  readonly summary: string;
  readonly search_words: readonly string[];
  readonly config?: JsonObject;
}

function useChoices(from: PortRef | null): readonly Choice[] {
  const catalogue = useCatalogue((state) => state.catalogue);
  const document = useDocument((state) => state.document);
  const open = useDocument(openModel);
  return useMemo(() => {
    const types = (catalogue?.layers ?? [])
      .filter((type) => type.type !== "Model" && (!from || canFollow(type, from.kind)))
      .map((type) => ({ ...type, key: type.type, name: type.type }));
    const models = Object.keys(document.models)
      .filter((model) => !wouldContainItself(document, open, model))
      .map((model) => ({
        key: `model ${model}`,
        type: "Model",
        name: model,
        category: "models",
        summary: t("canvas.search.model"),
        search_words: ["model"],
        config: { model },
      }));
    return [...types, ...models].map(({ key, type, name, category, summary, search_words, ...rest }) => ({
      key,
      type,
      name,
      category,
      summary,
      search_words,
      ...("config" in rest && { config: rest.config }),
    }));
  }, [catalogue, document, open, from]);
}

function SearchList({ search }: { readonly search: Search }) {
  const engine = useEngine();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const choices = useChoices(search.from);
  const found = useMemo(() => {
    const named = choices.map((choice) => ({ ...choice, type: choice.name, is: choice }));
    return searchLayerTypes(named, query)
      .slice(0, MOST)
      .map(({ is }) => is);
  }, [choices, query]);

  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  function close(): void {
    setCanvasState({ search: null });
    engine.root?.focus({ preventScroll: true });
  }

  function choose(choice: Choice | undefined): void {
    if (!choice) return;
    close();
    insertFrom(engine, { type: choice.type, config: choice.config }, search.position, search.from);
  }

  function onKeyDown(event: React.KeyboardEvent): void {
    event.stopPropagation();
    const last = found.length - 1;
    if (event.key === "Escape") close();
    else if (event.key === "Enter") choose(found[active]);
    else if (event.key === "ArrowDown") setActive(active >= last ? 0 : active + 1);
    else if (event.key === "ArrowUp") setActive(active <= 0 ? last : active - 1);
    else return;
    event.preventDefault();
  }

  const left = Math.max(8, Math.min(search.at.x, engine.screen.width - WIDTH - 8));
  const top = Math.max(8, Math.min(search.at.y, engine.screen.height - HEIGHT - 8));
  const label = search.from
    ? t(search.from.kind === "output" ? "canvas.search.after" : "canvas.search.before", {
        node: search.from.node,
      })
    : t("canvas.search.label");
  return (
    <div
      className={classes.root}
      style={{ left, top }}
      role="dialog"
      aria-label={label}
      data-canvas-overlay
      onKeyDown={onKeyDown}
    >
      <input
        ref={field}
        className={classes.field}
        value={query}
        placeholder={label}
        aria-label={label}
        role="combobox"
        aria-expanded
        aria-controls="layer-search-list"
        aria-activedescendant={found[active] ? `layer-search-${active}` : undefined}
        spellCheck={false}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div ref={list} id="layer-search-list" className={classes.list} role="listbox" aria-label={label}>
        {found.map((choice, place) => (
          <SearchItem
            key={choice.key}
            id={`layer-search-${place}`}
            choice={choice}
            isActive={place === active}
            onHover={() => setActive(place)}
            onChoose={() => choose(choice)}
          />
        ))}
        {found.length === 0 && <div className={classes.none}>{t("canvas.search.none", { query })}</div>}
      </div>
    </div>
  );
}

interface SearchItemProps {
  readonly id: string;
  readonly choice: Choice;
  readonly isActive: boolean;
  readonly onHover: () => void;
  readonly onChoose: () => void;
}

function SearchItem({ id, choice, isActive, onHover, onChoose }: SearchItemProps) {
  const { icon: Icon, color } =
    choice.type === "Model" ? categoryLook("models") : layerLook(choice.type, choice.category);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: an option of a combobox is active by aria-activedescendant
    <div
      id={id}
      className={classes.item}
      role="option"
      aria-selected={isActive}
      data-active={isActive || undefined}
      data-choice={choice.name}
      onPointerMove={onHover}
      onClick={onChoose}
    >
      <Icon size={15} strokeWidth={1.9} color={color} aria-hidden />
      <span className={classes.name}>{choice.name}</span>
      <span className={classes.summary}>{withCode(choice.summary)}</span>
    </div>
  );
}
