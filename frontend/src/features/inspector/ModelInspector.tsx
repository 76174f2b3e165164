/** Nothing selected: the open model as a whole, and its layers with their calls and weights. */

import { Group, Stack, Table, Text, UnstyledButton } from "@mantine/core";

import { callsOf } from "../../document/questions";
import { t } from "../../i18n";
import { useCheck } from "../../stores/checkStore";
import { useOpenModel, useOpenModelId } from "../../stores/derived";
import { useSelection } from "../../stores/selectionStore";

/** A row costs a few elements; a model may have thousands of layers. */
const MOST_ROWS = 100;

export function ModelInspector() {
  const model = useOpenModel();
  const modelId = useOpenModelId();
  const check = useCheck((state) => state.check);
  const { select, setHoverLayer, requestFocus } = useSelection.getState();
  const layers = Object.entries(model.layers).filter(([, { type }]) => type !== "Input" && type !== "Output");
  const checked = check?.models[modelId]?.layers;
  const total = Object.keys(model.layers).reduce((sum, id) => sum + (checked?.[id]?.weights ?? 0), 0);
  return (
    <Stack gap="md" p="sm">
      <div>
        <Text fw={600} size="sm">
          {t("inspector.model", { id: modelId })}
        </Text>
        <Text size="xs" c="dimmed">
          {t("inspector.modelHint")}
        </Text>
      </div>
      <Group gap="lg">
        <Figure label={t("inspector.nodes")} value={Object.keys(model.nodes).length} />
        <Figure label={t("inspector.layers")} value={Object.keys(model.layers).length} />
        <Figure label={t("inspector.allWeights")} value={total} />
      </Group>
      {layers.length > 0 && (
        <div>
          <Text className="section-heading" component="h3">
            {t("inspector.layers")}
          </Text>
          <Table verticalSpacing={3} horizontalSpacing={4} className="shape-table" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("inspector.layer")}</Table.Th>
                <Table.Th ta="right">{t("inspector.calls")}</Table.Th>
                <Table.Th ta="right">{t("inspector.allWeights")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {layers.slice(0, MOST_ROWS).map(([id, { type }]) => {
                const calls = callsOf(model, id);
                return (
                  <Table.Tr
                    key={id}
                    onMouseEnter={() => setHoverLayer(id)}
                    onMouseLeave={() => setHoverLayer(null)}
                  >
                    <Table.Td>
                      <UnstyledButton
                        className="layer-link"
                        disabled={calls.length === 0}
                        onClick={() => {
                          select(calls);
                          requestFocus(modelId, calls);
                        }}
                      >
                        {id} <span className="shape-source">{type}</span>
                      </UnstyledButton>
                    </Table.Td>
                    <Table.Td ta="right">{calls.length}</Table.Td>
                    <Table.Td ta="right">{checked?.[id]?.weights.toLocaleString("en-US") ?? "?"}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
          {layers.length > MOST_ROWS && (
            <Text size="xs" c="dimmed" mt={4}>
              {t("inspector.moreLayers", { count: layers.length - MOST_ROWS })}
            </Text>
          )}
        </div>
      )}
    </Stack>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: number }) {
  return (
    <div>
      <Text size="lg" fw={600} lh={1.2} className="tabular">
        {value.toLocaleString("en-US")}
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </div>
  );
}
