/** The menu of a node or an edge, where the pointer was. */

import { Menu } from "@mantine/core";
import { CopyPlus, DoorOpen, PhoneForwarded, TextCursorInput, Trash2, Unlink } from "lucide-react";
import { t } from "../../../i18n";
import { useSelection } from "../../../stores/selectionStore";
import { setCanvasState, useCanvasState } from "../canvasState";
import { useEngine } from "../engineContext";
import { deleteSelected } from "../gestures/keyboard";
import { actionsOf } from "../nodeActions";
import classes from "./canvas.module.css";

export function CanvasMenu() {
  const menu = useCanvasState((state) => state.menu);
  if (!menu) return null;
  const close = () => setCanvasState({ menu: null });
  return (
    <Menu
      opened
      onClose={close}
      position="bottom-start"
      offset={2}
      withinPortal
      trapFocus
      returnFocus={false}
    >
      <Menu.Target>
        <button
          type="button"
          className={classes.anchor}
          style={{ left: menu.at.x, top: menu.at.y }}
          tabIndex={-1}
          aria-hidden
          aria-label={menu.kind === "node" ? t("canvas.actions", { node: menu.node }) : menu.edge}
          data-canvas-overlay
        />
      </Menu.Target>
      <Menu.Dropdown data-canvas-overlay>
        {menu.kind === "node" ? <NodeItems node={menu.node} /> : <EdgeItems />}
      </Menu.Dropdown>
    </Menu>
  );
}

const ICON = { size: 15, strokeWidth: 1.8, "aria-hidden": true } as const;

function NodeItems({ node: id }: { readonly node: string }) {
  const engine = useEngine();
  const count = useSelection((state) => state.nodes.size);
  const node = engine.scene.byId.get(id);
  if (!node) return null;
  const actions = actionsOf(engine, node);
  return (
    <>
      <Menu.Item
        leftSection={<PhoneForwarded {...ICON} />}
        disabled={!actions.callAgain}
        onClick={actions.callAgain}
      >
        {t("canvas.callAgain")}
      </Menu.Item>
      <Menu.Item leftSection={<CopyPlus {...ICON} />} onClick={actions.duplicate}>
        {t("canvas.duplicate")}
      </Menu.Item>
      <Menu.Item
        leftSection={<Unlink {...ICON} />}
        disabled={!actions.makeIndependent}
        onClick={actions.makeIndependent}
      >
        {t("canvas.makeIndependent")}
      </Menu.Item>
      <Menu.Divider />
      {actions.enter && (
        <Menu.Item leftSection={<DoorOpen {...ICON} />} onClick={actions.enter}>
          {t("canvas.goInside")}
        </Menu.Item>
      )}
      <Menu.Item leftSection={<TextCursorInput {...ICON} />} onClick={() => setCanvasState({ renaming: id })}>
        {t("canvas.rename")}
      </Menu.Item>
      <Menu.Item
        color="var(--ll-error)"
        leftSection={<Trash2 {...ICON} />}
        onClick={() => deleteSelected(engine)}
      >
        {count > 1 ? t("canvas.deleteSeveral", { count }) : t("canvas.delete")}
      </Menu.Item>
    </>
  );
}

function EdgeItems() {
  const engine = useEngine();
  return (
    <Menu.Item
      color="var(--ll-error)"
      leftSection={<Trash2 {...ICON} />}
      onClick={() => deleteSelected(engine)}
    >
      {t("canvas.delete")}
    </Menu.Item>
  );
}
