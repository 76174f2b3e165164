/** How a layer and a node stand while their model trains: numbers of the latest step, and histograms over time. */

import { Stack, Table, Text } from "@mantine/core";
import { useMemo } from "react";

import { firstInstance, weightsOwner } from "../../document/instances";
import { type LayerId, MAIN, type ModelId, type NodeId } from "../../document/types";
import { t } from "../../i18n";
import { useDocument } from "../../stores/documentStore";
import { historyOf, latestNode } from "../../stores/layerStats";
import { useLayerStats } from "../../stores/layerStatsStore";
import { shortNumber } from "../../ui/numbers";
import { TimeStrip } from "../../ui/plot/TimeStrip";

interface LayerMeasuresProps {
  readonly modelId: ModelId;
  readonly node: NodeId;
  readonly layer: LayerId;
}

export function LayerMeasures({ modelId, node, layer }: LayerMeasuresProps) {
  const measured = useLayerStats((state) => state.measured);
  const document = useDocument((state) => state.document);
  const trained = document.training?.model ?? MAIN;
  const place = useMemo(() => firstInstance(document, trained, modelId), [document, trained, modelId]);
  const model = document.models[modelId];
  const owner = model === undefined ? layer : weightsOwner(model, layer);
  const history = useMemo(() => {
    if (place === null) return null;
    const own = historyOf(measured, place.layers + layer);
    return own.measures.length > 0 ? own : historyOf(measured, place.layers + owner);
  }, [measured, place, layer, owner]);
  const weights = useMemo(() => history?.measures.map((one) => one.weights) ?? [], [history]);
  const gradients = useMemo(() => history?.measures.map((one) => one.gradients) ?? [], [history]);
  if (place === null || history === null) return null;
  const latest = history.measures.at(-1);
  const out = latestNode(measured, place.nodes + node);
  if (latest === undefined && out === undefined) return null;
  const rows: readonly (readonly [string, string])[] = [
    ...(latest === undefined
      ? []
      : ([
          [t("inspector.weightNorm"), shortNumber(latest.weight_norm)],
          [
            t("inspector.gradientNorm"),
            latest.gradient_norm === null ? "–" : shortNumber(latest.gradient_norm),
          ],
          [t("inspector.updateRatio"), latest.update_ratio === null ? "–" : shortNumber(latest.update_ratio)],
        ] as const)),
    ...(out === undefined
      ? []
      : ([
          [t("inspector.activation"), `${shortNumber(out.mean)} ± ${shortNumber(out.deviation)}`],
          [
            t("inspector.dead"),
            out.dead_fraction === null ? "–" : `${shortNumber(out.dead_fraction * 100, 3)} %`,
          ],
        ] as const)),
  ];
  const strip = (name: string, histograms: typeof gradients) => (
    <div>
      <Text size="xs" c="dimmed" mb={2}>
        {name}
      </Text>
      <TimeStrip
        histograms={histograms}
        label={t("inspector.overTime", { name, count: histograms.length })}
        first={at(history.moments[0])}
        last={at(history.moments.at(-1))}
      />
    </div>
  );
  return (
    <Stack gap={6} data-layer-measures={layer}>
      <Text className="section-heading" component="h3">
        {t("inspector.whileTraining")}
      </Text>
      <Table
        verticalSpacing={2}
        horizontalSpacing={4}
        className="shape-table"
        aria-label={t("inspector.whileTraining")}
      >
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              <Table.Td ta="right">{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {latest?.weights && strip(t("inspector.weightsOverTime"), weights)}
      {latest?.gradients && strip(t("inspector.gradientsOverTime"), gradients)}
    </Stack>
  );
}

function at(moment: { readonly epoch: number; readonly step: number } | undefined): string {
  return moment === undefined ? "" : t("canvas.heatAt", { epoch: moment.epoch, step: moment.step });
}
