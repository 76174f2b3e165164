/** Keys to press, as on a keyboard: `Ctrl+Shift+Z`, with ⌘ on a Mac. */

import classes from "./Keys.module.css";

const isMac = typeof navigator !== "undefined" && /Mac|iP(hone|ad)/.test(navigator.platform);

/** `$mod+Shift+Z` in words for this machine. */
export function keysText(keys: string): string {
  return keys
    .split("+")
    .map((key) => (key === "$mod" ? (isMac ? "⌘" : "Ctrl") : key === "Shift" && isMac ? "⇧" : key))
    .join(isMac ? "" : "+");
}

export function Keys({ keys }: { readonly keys: string }) {
  return <kbd className={classes.keys}>{keysText(keys)}</kbd>;
}
