/** The sheet of keyboard shortcuts, from the table that binds them. */

import { Modal } from "@mantine/core";
import { t } from "../i18n";
import { Keys } from "../ui/Keys";
import classes from "./ShortcutsDialog.module.css";
import { SHORTCUTS } from "./shortcuts";

const GROUPS = ["shortcuts.editing", "shortcuts.canvas", "shortcuts.training"] as const;

export function ShortcutsDialog({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("shortcuts.title")}
      size={640}
      closeButtonProps={{ "aria-label": t("app.close") }}
    >
      <div className={classes.groups}>
        {GROUPS.map((group) => (
          <section key={group}>
            <h3 className={classes.heading}>{t(group)}</h3>
            <dl className={classes.list}>
              {SHORTCUTS.filter((shortcut) => shortcut.group === group).map(({ keys, shown, name }) => (
                <div key={name} className={classes.row}>
                  <dt>{t(name)}</dt>
                  <dd>
                    <Keys keys={shown ?? keys[0] ?? ""} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
