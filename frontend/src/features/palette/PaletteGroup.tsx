/** One category of the palette: its name, which folds it, and its layers. */

import { ChevronRight } from "lucide-react";
import { memo, useId } from "react";
import { t, translated } from "../../i18n";
import { useSettings } from "../../stores/settingsStore";
import type { Group } from "./entries";
import { PaletteEntry } from "./PaletteEntry";
import classes from "./palette.module.css";

/** A large model has more layers than a list is good for: the search finds the others. */
const MOST = 60;

interface PaletteGroupProps {
  readonly group: Group;
  /** While searching every group is open. */
  readonly isSearch: boolean;
}

export const PaletteGroup = memo(function PaletteGroup({
  group: { id, entries },
  isSearch,
}: PaletteGroupProps) {
  const panel = `palette.${id}`;
  const isFolded = useSettings((state) => state.collapsed.includes(panel)) && !isSearch;
  const list = useId();
  return (
    <section className={classes.group} aria-label={groupName(id)}>
      <h3 className={classes.heading}>
        <button
          type="button"
          aria-expanded={!isFolded}
          aria-controls={list}
          onClick={() => useSettings.getState().setCollapsed(panel, !isFolded)}
        >
          <ChevronRight size={13} aria-hidden />
          {groupName(id)}
        </button>
      </h3>
      {!isFolded && (
        <ul id={list} className={classes.entries}>
          {entries.slice(0, MOST).map((entry) => (
            <li key={entry.key}>
              <PaletteEntry entry={entry} />
            </li>
          ))}
          {entries.length > MOST && (
            <li className={classes.more}>{t("palette.more", { count: entries.length - MOST })}</li>
          )}
        </ul>
      )}
    </section>
  );
});

function groupName(id: string): string {
  const fallback = id.charAt(0).toUpperCase() + id.slice(1);
  return translated(`palette.category.${id}`, fallback);
}
