/** Texts in the person's language: `t("canvas.fit")`, `t("node.calls", {count: 2})`, with ICU plurals. */

import { setupI18n } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import english from "./en";

export type MessageKey = keyof typeof english;
export type Language = "en" | "zh";

export const LANGUAGES: readonly { readonly code: Language; readonly name: string }[] = [
  { code: "en", name: "English" },
  { code: "zh", name: "简体中文" },
];

const i18n = setupI18n();
i18n.setMessagesCompiler(compileMessage);
i18n.loadAndActivate({ locale: "en", messages: english });

export type Values = { readonly [name: string]: string | number };

export function t(key: MessageKey, values?: Values): string {
  return i18n.t(key, values);
}

/** A text whose key is known only at run time (a problem's or refusal's code); `fallback` where there is none. */
export function translated(key: string, fallback: string, values?: Values): string {
  return key in english ? i18n.t(key, values) : fallback;
}

export function language(): Language {
  return i18n.locale as Language;
}

/** Loads a language's texts and makes it current; the page then draws itself again. */
export async function setLanguage(code: Language): Promise<void> {
  const messages = code === "en" ? english : (await import("./zh")).default;
  // A text that is not translated yet stands there in English.
  i18n.loadAndActivate({ locale: code, messages: { ...english, ...messages } });
  if (typeof document !== "undefined") document.documentElement.lang = code === "zh" ? "zh-Hans" : "en";
}

export function preferredLanguage(): Language {
  const wanted = typeof navigator === "undefined" ? "en" : navigator.language;
  return wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
}
