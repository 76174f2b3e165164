/** The project's name: reads as a title, edits as a field. */

import { useState } from "react";
import { setName } from "../../document/commands";
import { t } from "../../i18n";
import { useDocument } from "../../stores/documentStore";
import classes from "./ProjectName.module.css";

export function ProjectName() {
  const name = useDocument((state) => state.document.name);
  const [draft, setDraft] = useState<string | null>(null);

  function keep(): void {
    const wanted = draft?.trim();
    setDraft(null);
    if (wanted && wanted !== name) useDocument.getState().run(setName({ name: wanted }));
  }

  return (
    <input
      className={classes.name}
      aria-label={t("project.name")}
      title={name}
      value={draft ?? name}
      maxLength={200}
      size={Math.min(32, Math.max(8, (draft ?? name).length))}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          setDraft(null);
          // The blur that follows must find no draft to keep.
          const field = event.currentTarget;
          requestAnimationFrame(() => field.blur());
        }
      }}
    />
  );
}
