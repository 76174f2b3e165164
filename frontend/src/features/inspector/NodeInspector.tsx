/** One node: its names, its layer's config and calls, its shapes, its problems, and what the layer type does. */

import { Anchor, Badge, Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { DoorOpen } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { changeLayerType, renameLayer, renameNode, setConfig, setLabel } from "../../document/commands";
import { layerType } from "../../document/ports";
import { calledModel, callsOf } from "../../document/questions";
import type { NodeId } from "../../document/types";
import { t } from "../../i18n";
import type { LayerTypeDescription } from "../../schema";
import { useCatalogue } from "../../stores/catalogueStore";
import { problemsOf, useCheck } from "../../stores/checkStore";
import { useOpenModel, useOpenModelId } from "../../stores/derived";
import { useDocument } from "../../stores/documentStore";
import { useSelection } from "../../stores/selectionStore";
import { layerLook } from "../../ui/categories";
import { SchemaForm } from "../../ui/form/SchemaForm";
import { withCode } from "../../ui/ProblemText";
import { LayerHelp } from "./LayerHelp";
import { LayerMeasures } from "./LayerMeasures";
import { NodeProblems } from "./NodeProblems";
import { NodeShapes } from "./NodeShapes";
import { namingFields } from "./naming";
import { OutputShare } from "./OutputShare";
import { WrappedLayers } from "./WrappedLayers";

export function NodeInspector({ node: id }: { readonly node: NodeId }) {
  const model = useOpenModel();
  const modelId = useOpenModelId();
  const document = useDocument((state) => state.document);
  const run = useDocument((state) => state.run);
  const enterModel = useDocument((state) => state.enterModel);
  const catalogue = useCatalogue((state) => state.catalogue);
  const allProblems = useCheck((state) => state.problems);
  const field = useSelection((state) => state.field);
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (field === null || field.startsWith("training.")) return;
    const control = root.current?.querySelector<HTMLElement>(
      `[name="${CSS.escape(field.split(".")[0] ?? "")}"]`,
    );
    control?.scrollIntoView({ block: "center" });
    control?.focus();
  }, [field]);

  const node = model.nodes[id];
  if (node === undefined) return null;
  const layer = model.layers[node.layer];
  const type = layer?.type ?? "";
  const described = layerType(catalogue, type);
  const calls = callsOf(model, node.layer);
  const problems = problemsOf(allProblems, modelId, id);
  const definition = calledModel(model, node.layer);
  const select = useSelection.getState().select;
  const look = layerLook(type, described?.category ?? "unknown");
  const Icon = look.icon;

  return (
    <Stack ref={root} gap="md" p="sm">
      <Group gap={8} wrap="nowrap" align="flex-start">
        <span className="inspector-icon">
          <Icon size={18} color={look.color} aria-hidden />
        </span>
        <div style={{ minWidth: 0, flex: 1 }}>
          <Text fw={600} size="sm" truncate title={id}>
            {id}
          </Text>
          <Text size="xs" c="dimmed">
            {type || t("inspector.unknownType")}
            {described !== undefined && <> · {withCode(described.summary)}</>}
          </Text>
        </div>
      </Group>

      {definition !== null && definition in document.models && (
        <Button
          size="compact-xs"
          variant="default"
          w="fit-content"
          leftSection={<DoorOpen size={14} />}
          onClick={() => enterModel(definition)}
        >
          {t("inspector.goInside")}
        </Button>
      )}

      <NodeProblems problems={problems} />

      <Stack gap="xs">
        <CommitField
          label={t("inspector.nodeId")}
          name="node_id"
          value={id}
          onCommit={(to) => {
            if (run(renameNode({ model: modelId, node: id, to })).refused === undefined) select([to]);
          }}
        />
        {node.layer !== id && (
          <CommitField
            label={t("inspector.layerId")}
            name="layer_id"
            value={node.layer}
            onCommit={(to) => run(renameLayer({ model: modelId, layer: node.layer, to }))}
          />
        )}
        <TextInput
          size="xs"
          name="label"
          label={t("inspector.label")}
          placeholder={t("inspector.labelHint")}
          value={node.label ?? ""}
          onChange={(event) => run(setLabel({ model: modelId, node: id, label: event.currentTarget.value }))}
        />
      </Stack>

      {calls.length > 1 && (
        <Stack gap={4}>
          <Text className="section-heading" component="h3">
            {t("inspector.sharedBy", { count: calls.length })}
          </Text>
          <Group gap={6}>
            {calls.map((call) => (
              <Anchor
                key={call}
                component="button"
                size="xs"
                underline={call === id ? "never" : "hover"}
                c={call === id ? "dimmed" : undefined}
                onMouseEnter={() => useSelection.getState().setHoverLayer(node.layer)}
                onMouseLeave={() => useSelection.getState().setHoverLayer(null)}
                onClick={() => {
                  select([call]);
                  useSelection.getState().requestFocus(modelId, [call]);
                }}
              >
                {call}
              </Anchor>
            ))}
          </Group>
        </Stack>
      )}

      {layer !== undefined && described !== undefined && (
        <Stack gap="xs">
          {described.category === "merging" && (
            <MergeMode
              type={type}
              types={(catalogue?.layers ?? []).filter(({ category }) => category === "merging")}
              onChange={(to) => run(changeLayerType({ model: modelId, layer: node.layer, type: to }))}
            />
          )}
          {"model" in (described.schema.properties ?? {}) && (
            <ReferenceField
              label={t("inspector.calledModel")}
              name="model"
              value={layer.config?.model}
              choices={Object.keys(document.models).filter((one) => one !== modelId)}
              error={problems.find((problem) => problem.field === "model")?.message}
              onChange={(value) =>
                run(setConfig({ model: modelId, layer: node.layer, field: "model", value }))
              }
            />
          )}
          <WrappedLayers layer={node.layer} described={described} problems={problems} />
          <SchemaForm
            schema={described.schema}
            config={layer.config ?? {}}
            problems={problems}
            hidden={["model", "name", ...namingFields(described.schema).map(({ name }) => name)]}
            onChange={(name, value) =>
              run(setConfig({ model: modelId, layer: node.layer, field: name, value }))
            }
          />
        </Stack>
      )}
      {layer !== undefined && described === undefined && catalogue !== null && (
        <Stack gap={4}>
          <Badge tt="none" variant="light" color="orange">
            {t("inspector.unknownType")}
          </Badge>
          <Text size="xs" c="dimmed">
            {t("inspector.unknownHint")}
          </Text>
          {Object.keys(layer.config ?? {}).length > 0 && (
            <pre className="inspector-json">{JSON.stringify(layer.config, null, 2)}</pre>
          )}
        </Stack>
      )}

      {type === "Output" && <OutputShare modelId={modelId} output={id} />}
      <LayerMeasures modelId={modelId} node={id} layer={node.layer} />
      <NodeShapes model={model} modelId={modelId} node={id} />
      {described !== undefined && <LayerHelp described={described} />}
    </Stack>
  );
}

interface CommitFieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly onCommit: (value: string) => void;
}

/** A name counts when it is finished: by Enter or by leaving the field; Escape takes it back. */
function CommitField({ label, name, value, onCommit }: CommitFieldProps) {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  return (
    <TextInput
      size="xs"
      label={label}
      name={name}
      value={draft}
      spellCheck={false}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => {
        if (draft !== value) onCommit(draft.trim());
        setDraft(value);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          setDraft(value);
          event.stopPropagation();
        }
      }}
    />
  );
}

interface MergeModeProps {
  readonly type: string;
  readonly types: readonly LayerTypeDescription[];
  readonly onChange: (type: string) => void;
}

/** Keras 1's `mode`: turns one merge into another without losing its edges. */
function MergeMode({ type, types, onChange }: MergeModeProps) {
  return (
    <NativeSelect
      size="xs"
      label={t("inspector.mode")}
      name="mode"
      value={type}
      data={types.map((one) => ({
        value: one.type,
        label: one.search_words[0] === undefined ? one.type : `${one.search_words[0]} (${one.type})`,
      }))}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface ReferenceFieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: unknown;
  readonly choices: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

function ReferenceField({ label, name, value, choices, error, onChange }: ReferenceFieldProps) {
  const current = typeof value === "string" ? value : "";
  const all = current === "" || choices.includes(current) ? choices : [...choices, current];
  return (
    <NativeSelect
      size="xs"
      label={label}
      name={name}
      error={error}
      value={current}
      data={[
        { value: "", label: t("inspector.choose"), disabled: true },
        ...all.map((one) => ({ value: one, label: one })),
      ]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
