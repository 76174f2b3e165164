/** Colours for the painter, read from the page's tokens once for each theme. */

import { resolvedColor } from "../../../ui/colors";

export interface Theme {
  readonly dot: string;
  readonly edge: string;
  readonly edgeNear: string;
  readonly selected: string;
  readonly bad: string;
  readonly good: string;
  readonly node: string;
  readonly nodeBorder: string;
  readonly text: string;
  readonly muted: string;
  /** Beneath a label, so that its edge does not cross the words. */
  readonly label: string;
  readonly labelText: string;
  readonly fontFamily: string;
  /** The colour that a `var(--…)` stands for. */
  readonly resolve: (color: string) => string;
}

export function readTheme(element: Element): Theme {
  const known = new Map<string, string>();
  const resolve = (color: string) => {
    let value = known.get(color);
    if (value === undefined) {
      value = resolvedColor(color);
      known.set(color, value);
    }
    return value;
  };
  return {
    dot: resolve("var(--ll-canvas-dots)"),
    edge: resolve("var(--ll-edge)"),
    edgeNear: resolve("var(--ll-text-soft)"),
    selected: resolve("var(--ll-edge-selected)"),
    bad: resolve("var(--ll-error)"),
    good: resolve("var(--ll-success)"),
    node: resolve("var(--ll-node)"),
    nodeBorder: resolve("var(--ll-border-strong)"),
    text: resolve("var(--ll-text)"),
    muted: resolve("var(--ll-text-faint)"),
    label: resolve("var(--ll-canvas)"),
    labelText: resolve("var(--ll-text-soft)"),
    fontFamily: getComputedStyle(element).fontFamily || "sans-serif",
    resolve,
  };
}

/** Calls `changed` when the page turns dark or light. Returns the way to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["class", "style", "data-mantine-color-scheme"],
  });
  return () => observer.disconnect();
}
