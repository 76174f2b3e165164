/** Every keyboard shortcut of the page in one table: it is bound from here and shown from here. */

import { tinykeys } from "tinykeys";
import type { MessageKey } from "../i18n";
import { useDialogs } from "../stores/dialogStore";
import { useSelection } from "../stores/selectionStore";
import * as actions from "./actions";

export interface Shortcut {
  /** As tinykeys writes it; the first is the one that is shown. Empty: bound by the canvas itself. */
  readonly keys: readonly string[];
  /** As it is shown where that differs. */
  readonly shown?: string;
  readonly name: MessageKey;
  readonly group: "shortcuts.editing" | "shortcuts.canvas" | "shortcuts.training";
  readonly run?: () => void;
  /** Also while a field has the focus. */
  readonly isGlobal?: boolean;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["$mod+z"], shown: "$mod+Z", name: "toolbar.undo", group: "shortcuts.editing", run: actions.undo },
  {
    keys: ["$mod+Shift+z", "$mod+y"],
    shown: "$mod+Shift+Z",
    name: "toolbar.redo",
    group: "shortcuts.editing",
    run: actions.redo,
  },
  { keys: [], shown: "$mod+C", name: "shortcuts.copy", group: "shortcuts.editing" },
  { keys: [], shown: "$mod+X", name: "shortcuts.cut", group: "shortcuts.editing" },
  { keys: [], shown: "$mod+V", name: "shortcuts.paste", group: "shortcuts.editing" },
  {
    keys: ["$mod+d"],
    shown: "$mod+D",
    name: "shortcuts.duplicate",
    group: "shortcuts.editing",
    run: actions.duplicateSelection,
  },
  {
    keys: ["$mod+g"],
    shown: "$mod+G",
    name: "shortcuts.group",
    group: "shortcuts.editing",
    run: actions.groupSelection,
  },
  {
    keys: ["Delete", "Backspace"],
    name: "shortcuts.delete",
    group: "shortcuts.editing",
    run: actions.deleteSelection,
  },
  {
    keys: ["$mod+a"],
    shown: "$mod+A",
    name: "shortcuts.select_all",
    group: "shortcuts.editing",
    run: actions.selectAll,
  },
  {
    keys: ["$mod+s"],
    shown: "$mod+S",
    name: "shortcuts.save",
    group: "shortcuts.editing",
    run: () => void actions.saveNow(),
    isGlobal: true,
  },
  { keys: [], shown: "↑ ↓ ← →", name: "shortcuts.move", group: "shortcuts.canvas" },
  { keys: [], shown: "Enter", name: "shortcuts.connect", group: "shortcuts.canvas" },
  {
    keys: ["Escape"],
    name: "shortcuts.cancel",
    group: "shortcuts.canvas",
    run: () => useSelection.getState().clear(),
  },
  {
    keys: ["Shift+A"],
    shown: "Shift+A",
    name: "toolbar.arrange",
    group: "shortcuts.canvas",
    run: () => void actions.arrangeNodes(),
  },
  {
    keys: ["$mod+Enter"],
    name: "toolbar.train",
    group: "shortcuts.training",
    run: () => void actions.train(),
    isGlobal: true,
  },
  {
    keys: ["Shift+?", "?"],
    shown: "?",
    name: "shortcuts.show",
    group: "shortcuts.training",
    run: () => useDialogs.getState().open("shortcuts"),
  },
];

const FIELDS = "input, textarea, select, [contenteditable='true'], [role='combobox'], [role='listbox']";

/** Whether the keys belong to a field, a menu or a dialog rather than to the canvas. */
function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(`${FIELDS}, [role='dialog'], [role='menu']`) !== null;
}

/** Binds the table to the window. Returns how to unbind. */
export function bindShortcuts(): () => void {
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const { keys, run, isGlobal } of SHORTCUTS) {
    if (!run) continue;
    for (const key of keys) {
      bindings[key] = (event) => {
        if (event.defaultPrevented || (isElsewhere(event.target) && !isGlobal)) return;
        if (key !== "Escape") event.preventDefault();
        run();
      };
    }
  }
  const unbindKeys = tinykeys(window, bindings);
  const unbindClipboard = bindClipboard();
  return () => {
    unbindKeys();
    unbindClipboard();
  };
}

/** Copy, cut and paste come as the browser's own events, which need no permission. */
function bindClipboard(): () => void {
  const hasSelectedText = () => (window.getSelection()?.toString() ?? "") !== "";
  const copy = (event: ClipboardEvent) => {
    if (isElsewhere(event.target) || hasSelectedText()) return;
    const text = actions.selectionText();
    if (!text) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    if (event.type === "cut") actions.deleteSelection();
  };
  const paste = (event: ClipboardEvent) => {
    if (isElsewhere(event.target)) return;
    if (actions.pasteText(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
  };
  document.addEventListener("copy", copy);
  document.addEventListener("cut", copy);
  document.addEventListener("paste", paste);
  return () => {
    document.removeEventListener("copy", copy);
    document.removeEventListener("cut", copy);
    document.removeEventListener("paste", paste);
  };
}
