/** Shapes in and out of a node, and the weights of its layer. */

import { Table, Text } from "@mantine/core";

import { splitSource } from "../../document/questions";
import type { Model, ModelId, NodeId } from "../../document/types";
import { t } from "../../i18n";
import type { Spec } from "../../schema";
import { useCheck } from "../../stores/checkStore";

interface NodeShapesProps {
  readonly model: Model;
  readonly modelId: ModelId;
  readonly node: NodeId;
}

export function NodeShapes({ model, modelId, node }: NodeShapesProps) {
  const checked = useCheck((state) => state.check?.models[modelId]);
  const outputs = checked?.nodes[node]?.outputs ?? {};
  const weights = checked?.layers[model.nodes[node]?.layer ?? ""];
  const specOf = (source: string): Spec | undefined => {
    const { node: from, port } = splitSource(source);
    const specs = checked?.nodes[from]?.outputs ?? {};
    return port === null ? Object.values(specs)[0] : specs[port];
  };
  const rows = [
    ...Object.entries(model.nodes[node]?.inputs ?? {}).flatMap(([port, sources]) =>
      sources.map((source, index) => ({
        key: `in ${port} ${index}`,
        port,
        from: source,
        spec: specOf(source),
      })),
    ),
    ...Object.entries(outputs).map(([port, spec]) => ({ key: `out ${port}`, port, from: null, spec })),
  ];
  return (
    <div>
      <Text className="section-heading" component="h3">
        {t("inspector.shapes")}
      </Text>
      {rows.length === 0 ? (
        <Text size="xs" c="dimmed" mt={4}>
          {t("inspector.noShapes")}
        </Text>
      ) : (
        <Table className="shape-table" verticalSpacing={3} horizontalSpacing={0}>
          <Table.Tbody>
            {rows.map(({ key, port, from, spec }) => (
              <Table.Tr key={key}>
                <Table.Td>
                  {from === null ? "→ " : ""}
                  {port}
                  {from !== null && <span className="shape-source"> ← {from}</span>}
                </Table.Td>
                <Table.Td
                  ta="right"
                  title={
                    spec !== undefined && "dtype" in spec
                      ? `${spec.dtype}: ${spec.axes.join(", ")}`
                      : undefined
                  }
                >
                  {spec?.label ?? "?"}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {weights !== undefined && weights.weights > 0 && (
        <Text size="xs" c="dimmed" mt={6}>
          {t("inspector.weights", {
            count: weights.weights.toLocaleString("en-US"),
            trainable: weights.trainable.toLocaleString("en-US"),
          })}
        </Text>
      )}
    </div>
  );
}
