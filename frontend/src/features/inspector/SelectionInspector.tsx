/** Several nodes: what can be done with all of them at once. */

import { Button, Group, Stack, Text } from "@mantine/core";
import { Copy, Group as GroupIcon, Trash2 } from "lucide-react";

import { deleteNodes, duplicateNodes, groupIntoModel } from "../../document/commands";
import type { NodeId } from "../../document/types";
import { t } from "../../i18n";
import { useCheck } from "../../stores/checkStore";
import { currentPorts, useOpenModelId } from "../../stores/derived";
import { useDocument } from "../../stores/documentStore";
import { useSelection } from "../../stores/selectionStore";

export function SelectionInspector({ nodes }: { readonly nodes: readonly NodeId[] }) {
  const modelId = useOpenModelId();
  const run = useDocument((state) => state.run);
  const select = useSelection((state) => state.select);
  const group = () => {
    const specs = useCheck.getState().check?.models[modelId]?.nodes;
    const around = {
      ports: currentPorts(),
      specOf: (node: NodeId, port: string) => specs?.[node]?.outputs[port],
    };
    select(run(groupIntoModel({ model: modelId, nodes, name: "group" }, around)).created ?? []);
  };
  return (
    <Stack gap="sm" p="sm">
      <Text fw={600} size="sm">
        {t("inspector.selected", { count: nodes.length })}
      </Text>
      <Text size="xs" c="dimmed">
        {nodes.join(", ")}
      </Text>
      <Group gap={6}>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<Copy size={14} />}
          onClick={() => select(run(duplicateNodes({ model: modelId, nodes })).created ?? [])}
        >
          {t("inspector.duplicate")}
        </Button>
        <Button size="compact-xs" variant="default" leftSection={<GroupIcon size={14} />} onClick={group}>
          {t("inspector.group")}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<Trash2 size={14} />}
          onClick={() => run(deleteNodes({ model: modelId, nodes }))}
        >
          {t("inspector.delete")}
        </Button>
      </Group>
    </Stack>
  );
}
