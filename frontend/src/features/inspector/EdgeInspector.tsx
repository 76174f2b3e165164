/** One edge: from where to where, and what flows along it. */

import { Button, Group, Stack, Text } from "@mantine/core";
import { Trash2 } from "lucide-react";

import { disconnect } from "../../document/commands";
import type { EdgeId } from "../../document/ports";
import { t } from "../../i18n";
import { useCheck } from "../../stores/checkStore";
import { useEdges, useOpenModelId } from "../../stores/derived";
import { useDocument } from "../../stores/documentStore";

export function EdgeInspector({ edge: id }: { readonly edge: EdgeId }) {
  const modelId = useOpenModelId();
  const edge = useEdges().find((one) => one.id === id);
  const run = useDocument((state) => state.run);
  const nodes = useCheck((state) => state.check?.models[modelId]?.nodes);
  if (edge === undefined) return null;
  const spec = nodes?.[edge.source.node]?.outputs[edge.source.port];
  return (
    <Stack gap="sm" p="sm">
      <Text fw={600} size="sm">
        {t("inspector.edge")}
      </Text>
      <Text size="xs">
        {edge.source.node}.{edge.source.port} → {edge.target.node}.{edge.target.port}
      </Text>
      <Text size="xs" c="dimmed">
        {spec?.label ?? t("inspector.noShapes")}
        {spec !== undefined && "dtype" in spec && ` · ${spec.dtype}`}
      </Text>
      <Group>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<Trash2 size={14} />}
          onClick={() => run(disconnect({ model: modelId, edges: [edge] }))}
        >
          {t("inspector.deleteEdge")}
        </Button>
      </Group>
    </Stack>
  );
}
