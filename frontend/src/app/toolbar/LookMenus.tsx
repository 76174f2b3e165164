/** How the page looks: theme, language, which panels are there. */

import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { Check, Languages, Monitor, Moon, PanelsTopLeft, Sun } from "lucide-react";
import { LANGUAGES, t } from "../../i18n";
import { type Theme, useSettings } from "../../stores/settingsStore";

const THEMES = [
  { theme: "light", icon: Sun, name: "theme.light" },
  { theme: "dark", icon: Moon, name: "theme.dark" },
  { theme: "auto", icon: Monitor, name: "theme.auto" },
] as const satisfies readonly { theme: Theme; icon: unknown; name: string }[];

const PANELS = [
  { panel: "palette", name: "panels.palette" },
  { panel: "bottom", name: "panels.bottom" },
  { panel: "side", name: "panels.side" },
] as const;

const CHOSEN = <Check size={14} aria-hidden />;

export function ThemeMenu() {
  const theme = useSettings((state) => state.theme);
  const setTheme = useSettings((state) => state.setTheme);
  const { icon: Icon } = THEMES.find((entry) => entry.theme === theme) ?? THEMES[2];
  return (
    <Menu position="bottom-end">
      <Tooltip label={t("toolbar.theme")}>
        <Menu.Target>
          <ActionIcon aria-label={t("toolbar.theme")}>
            <Icon size={16} strokeWidth={1.8} aria-hidden />
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown>
        {THEMES.map(({ theme: value, icon: ItemIcon, name }) => (
          <Menu.RadioItem
            key={value}
            value={value}
            checked={value === theme}
            checkIcon={CHOSEN}
            closeMenuOnClick
            rightSection={<ItemIcon size={14} aria-hidden />}
            onChange={() => setTheme(value)}
          >
            {t(name)}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function LanguageMenu() {
  const language = useSettings((state) => state.language);
  const setLanguage = useSettings((state) => state.setLanguage);
  return (
    <Menu position="bottom-end">
      <Tooltip label={t("toolbar.language")}>
        <Menu.Target>
          <ActionIcon aria-label={t("toolbar.language")}>
            <Languages size={16} strokeWidth={1.8} aria-hidden />
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown>
        {LANGUAGES.map(({ code, name }) => (
          <Menu.RadioItem
            key={code}
            value={code}
            lang={code === "zh" ? "zh-Hans" : code}
            checked={code === language}
            checkIcon={CHOSEN}
            closeMenuOnClick
            onChange={() => void setLanguage(code)}
          >
            {name}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function PanelsMenu() {
  const collapsed = useSettings((state) => state.collapsed);
  const setCollapsed = useSettings((state) => state.setCollapsed);
  return (
    <Menu position="bottom-end">
      <Tooltip label={t("toolbar.panels")}>
        <Menu.Target>
          <ActionIcon aria-label={t("toolbar.panels")}>
            <PanelsTopLeft size={16} strokeWidth={1.8} aria-hidden />
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown>
        {PANELS.map(({ panel, name }) => {
          const isShown = !collapsed.includes(panel);
          return (
            <Menu.CheckboxItem
              key={panel}
              checked={isShown}
              checkIcon={CHOSEN}
              onChange={(shown) => setCollapsed(panel, !shown)}
            >
              {t(name)}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
