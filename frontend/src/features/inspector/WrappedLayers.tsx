/** The layers that a wrapper names: choose them or make new ones, and edit their config where they have no node. */

import { ActionIcon, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { X } from "lucide-react";

import { setConfig, wrapNewLayer } from "../../document/commands";
import { layerType } from "../../document/ports";
import { callsOf } from "../../document/questions";
import type { LayerId } from "../../document/types";
import { t, translated } from "../../i18n";
import type { Json, LayerTypeDescription, Problem } from "../../schema";
import { useCatalogue } from "../../stores/catalogueStore";
import { useOpenModel, useOpenModelId } from "../../stores/derived";
import { useDocument } from "../../stores/documentStore";
import { useSelection } from "../../stores/selectionStore";
import { SchemaForm } from "../../ui/form/SchemaForm";
import { isOffered, namingFields } from "./naming";

const DEEPEST = 4;
const NEW = "+ ";

interface WrappedLayersProps {
  readonly layer: LayerId;
  readonly described: LayerTypeDescription;
  readonly problems: readonly Problem[];
  readonly depth?: number;
}

export function WrappedLayers({ layer, described, problems, depth = 0 }: WrappedLayersProps) {
  const model = useOpenModel();
  const modelId = useOpenModelId();
  const run = useDocument((state) => state.run);
  const config = model.layers[layer]?.config ?? {};
  return (
    <>
      {namingFields(described.schema).map(({ name, isList, isNullable, label }) => {
        const value = config[name];
        const ids = (Array.isArray(value) ? value : [value]).filter(
          (id): id is string => typeof id === "string",
        );
        const error = problems.find((problem) => problem.field === name)?.message;
        const set = (next: Json | undefined) =>
          run(setConfig({ model: modelId, layer, field: name, value: next }));
        const wrapNew = (type: string, example: LayerTypeDescription["examples"][number] | undefined) =>
          run(
            wrapNewLayer({
              model: modelId,
              layer,
              field: name,
              type,
              config: example?.config,
              inList: isList,
            }),
          );
        const text = translated(`field.${name}`, label);
        return (
          <Stack key={name} gap={6}>
            {isList ? (
              <>
                {ids.map((id, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: one layer may stand in the list twice
                  <Stack key={`${id} ${index}`} gap={6}>
                    <Group gap={4} wrap="nowrap" justify="space-between">
                      <Text size="xs" fw={500}>
                        {text} {index + 1}: {id}
                      </Text>
                      <ActionIcon
                        size="xs"
                        variant="subtle"
                        aria-label={t("inspector.takeOut", { layer: id })}
                        onClick={() => set(ids.filter((_, place) => place !== index))}
                      >
                        <X size={12} />
                      </ActionIcon>
                    </Group>
                    <Inner layer={id} depth={depth} />
                  </Stack>
                ))}
                <Choice
                  wrapper={described.type}
                  label={t("inspector.addTo", { field: text })}
                  name={name}
                  layer={layer}
                  value=""
                  isNullable={false}
                  error={error}
                  onChoose={(id) => set([...ids, id])}
                  onNew={wrapNew}
                />
              </>
            ) : (
              <>
                <Choice
                  wrapper={described.type}
                  label={name === "layer" ? t("inspector.wrappedLayer") : text}
                  name={name}
                  layer={layer}
                  value={ids[0] ?? ""}
                  isNullable={isNullable}
                  error={error}
                  onChoose={(id) => set(id === "" ? undefined : id)}
                  onNew={wrapNew}
                />
                {ids[0] !== undefined && <Inner layer={ids[0]} depth={depth} />}
              </>
            )}
          </Stack>
        );
      })}
    </>
  );
}

interface ChoiceProps {
  readonly wrapper: string;
  readonly label: string;
  readonly name: string;
  readonly layer: LayerId;
  readonly value: string;
  readonly isNullable: boolean;
  readonly error: string | undefined;
  readonly onChoose: (id: LayerId) => void;
  readonly onNew: (type: string, example: LayerTypeDescription["examples"][number] | undefined) => void;
}

function Choice({ wrapper, label, name, layer, value, isNullable, error, onChoose, onNew }: ChoiceProps) {
  const model = useOpenModel();
  const catalogue = useCatalogue((state) => state.catalogue);
  const types = (catalogue?.layers ?? []).filter((described) => isOffered(wrapper, name, described));
  const known = new Set(types.map(({ type }) => type));
  const ids = Object.keys(model.layers).filter(
    (id) => id !== layer && (id === value || known.has(model.layers[id]?.type ?? "")),
  );
  if (value !== "" && !ids.includes(value)) ids.push(value);
  return (
    <NativeSelect
      size="xs"
      label={label}
      name={name}
      error={error}
      value={value}
      data={[
        { value: "", label: isNullable ? "–" : t("inspector.choose"), disabled: !isNullable },
        ...ids.map((id) => ({ value: id, label: id })),
        {
          group: t("inspector.newLayer"),
          items: types.map(({ type }) => ({ value: NEW + type, label: type })),
        },
      ]}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        if (!chosen.startsWith(NEW)) onChoose(chosen);
        else {
          const type = chosen.slice(NEW.length);
          onNew(type, layerType(catalogue, type)?.examples[0]);
        }
      }}
    />
  );
}

/** The config of a layer that is named: on the spot where no node calls it, else at its node. */
function Inner({ layer: id, depth }: { readonly layer: LayerId; readonly depth: number }) {
  const model = useOpenModel();
  const modelId = useOpenModelId();
  const run = useDocument((state) => state.run);
  const catalogue = useCatalogue((state) => state.catalogue);
  const layer = model.layers[id];
  const described = layer && layerType(catalogue, layer.type);
  if (!layer || !described || depth >= DEEPEST) return null;
  const [call] = callsOf(model, id);
  if (call !== undefined) {
    return (
      <Text
        size="xs"
        component="button"
        className="inspector-link"
        onClick={() => {
          useSelection.getState().select([call]);
          useSelection.getState().requestFocus(modelId, [call]);
        }}
      >
        {t("inspector.editAt", { node: call })}
      </Text>
    );
  }
  return (
    <fieldset className="inspector-inner">
      <legend>
        {id}, {layer.type}
      </legend>
      <Stack gap="xs">
        <WrappedLayers layer={id} described={described} problems={[]} depth={depth + 1} />
        <SchemaForm
          schema={described.schema}
          config={layer.config ?? {}}
          hidden={["name", ...namingFields(described.schema).map(({ name }) => name)]}
          onChange={(name, value) => run(setConfig({ model: modelId, layer: id, field: name, value }))}
        />
      </Stack>
    </fieldset>
  );
}
