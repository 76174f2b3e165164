/** The document's models as tabs; inside a model, the way back. */

import { ActionIcon, Menu } from "@mantine/core";
import { ChevronRight, EllipsisVertical, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { addModel, deleteModel, renameModel } from "../../document/commands";
import { MAIN, type ModelId } from "../../document/types";
import { t } from "../../i18n";
import { useOpenModelId } from "../../stores/derived";
import { useDocument } from "../../stores/documentStore";
import { ToolButton } from "../../ui/ToolButton";
import classes from "./ModelTabs.module.css";

export function ModelTabs() {
  const models = useDocument((state) => state.document.models);
  const path = useDocument((state) => state.modelPath);
  const current = useOpenModelId();
  const [renaming, setRenaming] = useState<ModelId | null>(null);
  const { run, showModel } = useDocument.getState();
  // The trained model comes first, definitions after it by name.
  const ids = Object.keys(models).sort((a, b) => Number(b === MAIN) - Number(a === MAIN) || (a < b ? -1 : 1));

  function add(): void {
    const { model } = run(addModel({ name: "model" }));
    if (model) {
      showModel(model);
      setRenaming(model);
    }
  }

  return (
    <div className={classes.bar}>
      {path.length > 1 && <Breadcrumb path={path} />}
      <nav aria-label={t("models.region")} className={classes.tabs}>
        {ids.map((id) =>
          renaming === id ? (
            <ModelNameField key={id} model={id} onEnd={() => setRenaming(null)} />
          ) : (
            <button
              key={id}
              type="button"
              className={classes.tab}
              data-model={id}
              aria-current={id === current ? "page" : undefined}
              onClick={() => showModel(id)}
              onDoubleClick={() => setRenaming(id)}
            >
              {id}
            </button>
          ),
        )}
        <ToolButton icon={Plus} name={t("models.add")} size={24} onClick={add} />
      </nav>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={24} aria-label={t("models.more", { model: current })} className={classes.more}>
            <EllipsisVertical size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={14} aria-hidden />} onClick={() => setRenaming(current)}>
            {t("models.rename")}
          </Menu.Item>
          <Menu.Item
            color="var(--ll-error)"
            leftSection={<Trash2 size={14} aria-hidden />}
            onClick={() => run(deleteModel({ model: current }))}
          >
            {t("models.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function Breadcrumb({ path }: { readonly path: readonly ModelId[] }) {
  const { leaveTo } = useDocument.getState();
  return (
    <nav aria-label={t("models.path")} className={classes.path}>
      {path.map((model, depth) => {
        const key = path.slice(0, depth + 1).join("/");
        return depth < path.length - 1 ? (
          <span key={key} className={classes.step}>
            <button type="button" className={classes.crumb} onClick={() => leaveTo(depth)}>
              {model}
            </button>
            <ChevronRight size={13} aria-hidden />
          </span>
        ) : (
          <span key={key} className={classes.here} aria-current="page">
            {model}
          </span>
        );
      })}
    </nav>
  );
}

function ModelNameField({ model, onEnd }: { readonly model: ModelId; readonly onEnd: () => void }) {
  const [name, setName] = useState<string>(model);

  function keep(): void {
    onEnd();
    const wanted = name.trim();
    if (wanted && wanted !== model) useDocument.getState().run(renameModel({ model, to: wanted }));
  }

  return (
    <input
      className={classes.field}
      aria-label={t("models.name")}
      value={name}
      size={Math.max(6, name.length)}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to type the name.
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") onEnd();
      }}
    />
  );
}
