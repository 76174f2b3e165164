/** A named region of the page: a quiet header with what belongs to it, and a body that scrolls. */

import type { ReactNode } from "react";
import classes from "./Panel.module.css";

interface PanelProps {
  /** Accessible name of the region and its title. */
  readonly title: string;
  /** Beside the title: a count, a state. */
  readonly aside?: ReactNode;
  /** At the right end of the header: small buttons. */
  readonly actions?: ReactNode;
  /** No padding and no scrolling: the content does both. */
  readonly isBare?: boolean;
  readonly children: ReactNode;
}

export function Panel({ title, aside, actions, isBare = false, children }: PanelProps) {
  return (
    <section aria-label={title} className={classes.root}>
      <header className={classes.header}>
        <h2 className={classes.title}>{title}</h2>
        {aside && <div className={classes.aside}>{aside}</div>}
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      <div className={isBare ? classes.bare : classes.body}>{children}</div>
    </section>
  );
}
