/** All layer types by category, to be dragged onto the canvas or added by a click; above them a search. */

import { Search } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { t } from "../../i18n";
import { useCatalogue } from "../../stores/catalogueStore";
import { openModel, useDocument } from "../../stores/documentStore";
import { useInsertion } from "../../stores/insertionStore";
import { CATEGORY_ORDER } from "../../ui/categories";
import { Panel } from "../../ui/Panel";
import { DragGhost } from "./DragGhost";
import { groupsOf, matching } from "./entries";
import { PaletteGroup } from "./PaletteGroup";
import classes from "./palette.module.css";

export function Palette() {
  const catalogue = useCatalogue((state) => state.catalogue);
  const document = useDocument((state) => state.document);
  const open = useDocument(openModel);
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const { models } = document;
  // Only the models matter: a change of positions or training lists nothing anew.
  const groups = useMemo(
    () => groupsOf(catalogue, { format: "", name: "", models }, open, CATEGORY_ORDER),
    [catalogue, models, open],
  );
  const shown = useMemo(() => matching(groups, query), [groups, query]);

  function buttons(): HTMLElement[] {
    return [...(list.current?.querySelectorAll<HTMLElement>("button[data-entry]") ?? [])];
  }

  function onFieldKey(event: React.KeyboardEvent<HTMLInputElement>): void {
    const first = shown[0]?.entries[0];
    if (event.key === "Enter" && first && query.trim() !== "") {
      useInsertion.getState().insert(first.insertion);
      event.currentTarget.select();
    } else if (event.key === "ArrowDown") buttons()[0]?.focus();
    else if (event.key === "Escape" && query !== "") setQuery("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Arrow keys go from one layer to the next, whatever their group. */
  function onListKey(event: React.KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    const all = buttons();
    const place = all.indexOf(event.target as HTMLElement);
    if (place < 0) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, place + step))]?.focus();
  }

  return (
    <Panel title={t("palette.region")} isBare>
      <div className={classes.root}>
        <label className={classes.search}>
          <Search size={14} strokeWidth={1.8} aria-hidden />
          <input
            type="search"
            value={query}
            placeholder={t("palette.search")}
            aria-label={t("palette.search")}
            spellCheck={false}
            onChange={(event) => setQuery(event.currentTarget.value)}
            onKeyDown={onFieldKey}
          />
        </label>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys of the buttons within */}
        <div ref={list} className={classes.list} onKeyDown={onListKey}>
          {shown.map((group) => (
            <PaletteGroup key={group.id} group={group} isSearch={query.trim() !== ""} />
          ))}
          {shown.length === 0 && catalogue && <p className={classes.none}>{t("palette.none", { query })}</p>}
        </div>
        <DragGhost />
      </div>
    </Panel>
  );
}
