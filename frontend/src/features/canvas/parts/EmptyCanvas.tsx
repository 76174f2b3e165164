/** What stands on an empty canvas: how to begin. */

import { t } from "../../../i18n";
import type { Scene } from "../scene/scene";
import classes from "./canvas.module.css";

export function EmptyCanvas({ scene }: { readonly scene: Scene }) {
  if (scene.nodes.length > 0) return null;
  return (
    <div className={classes.empty}>
      <div className={classes.emptyText}>
        <strong>{t("canvas.empty.title")}</strong>
        {t("canvas.empty.text")}
      </div>
    </div>
  );
}
