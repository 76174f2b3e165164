/** What a person prefers on this machine: theme, language, sizes of panels. Kept in local storage. */

import { create } from "zustand";
import { type Language, preferredLanguage, setLanguage } from "../i18n";

export type Theme = "light" | "dark" | "auto";

interface SettingsState {
  readonly theme: Theme;
  readonly language: Language;
  /** Names of collapsed panels. */
  readonly collapsed: readonly string[];
  setTheme(theme: Theme): void;
  setLanguage(language: Language): Promise<void>;
  setCollapsed(panel: string, isCollapsed: boolean): void;
}

const KEY = "layerloom.settings";

interface Saved {
  theme?: Theme;
  language?: Language;
  collapsed?: readonly string[];
}

function read(): Saved {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Saved;
  } catch {
    return {};
  }
}

function write(saved: Saved): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(saved));
  } catch {
    // Private windows may refuse; the settings then last as long as the page.
  }
}

export const useSettings = create<SettingsState>((set, get) => {
  const saved = read();
  const keep = (patch: Partial<SettingsState>) => {
    set(patch);
    const { theme, language, collapsed } = get();
    write({ theme, language, collapsed });
  };
  return {
    theme: saved.theme ?? "auto",
    language: saved.language ?? preferredLanguage(),
    collapsed: saved.collapsed ?? [],
    setTheme: (theme) => keep({ theme }),
    setLanguage: async (language) => {
      await setLanguage(language);
      keep({ language });
    },
    setCollapsed: (panel, isCollapsed) => {
      const others = get().collapsed.filter((name) => name !== panel);
      keep({ collapsed: isCollapsed ? [...others, panel] : others });
    },
  };
});
