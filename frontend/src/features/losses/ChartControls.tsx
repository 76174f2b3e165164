/** Above a chart: what it shows, how smooth, over which axis; all of it again after zooming. */

import { ActionIcon, Group, NativeSelect, SegmentedControl, Slider, Text, Tooltip } from "@mantine/core";
import { ZoomOut } from "lucide-react";
import type { ReactNode } from "react";

import { t } from "../../i18n";
import { ToolButton } from "../../ui/ToolButton";
import { metricOf, type Quantity, type Unit } from "./quantity";
import type { ChartSettings } from "./useChartSettings";

interface ChartControlsProps {
  readonly settings: ChartSettings;
  /** What the chart can show. */
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly choice: string;
  readonly onChoose: (choice: string) => void;
  /** Curves of a value at each step can be smoothed; those of a value an epoch need not be. */
  readonly canSmooth: boolean;
  /** At the right end. */
  readonly children?: ReactNode;
}

export function ChartControls(props: ChartControlsProps) {
  const { settings, choices, choice, onChoose, canSmooth, children } = props;
  const { unit, setUnit, smoothing, setSmoothing, isLog, setLog, range, setRange } = settings;
  return (
    <div className="losses-controls">
      <NativeSelect
        size="xs"
        aria-label={t("losses.shown")}
        className="losses-quantity"
        value={choice}
        onChange={(event) => onChoose(event.currentTarget.value)}
        data={[...choices]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("losses.unit")}
        value={unit}
        onChange={(value) => setUnit(value as Unit)}
        data={[
          { value: "step", label: t("losses.steps") },
          { value: "epoch", label: t("losses.epochs") },
          { value: "time", label: t("losses.time") },
        ]}
      />
      <Tooltip label={t("losses.log")}>
        <ActionIcon
          size="md"
          variant={isLog ? "light" : "subtle"}
          color={isLog ? undefined : "gray"}
          aria-pressed={isLog}
          aria-label={t("losses.log")}
          onClick={() => setLog(!isLog)}
        >
          <span className="log-button">log</span>
        </ActionIcon>
      </Tooltip>
      {canSmooth && (
        <Group gap={6} wrap="nowrap" className="losses-smoothing">
          <Text size="xs" c="dimmed">
            {t("losses.smoothing")}
          </Text>
          <Slider
            w={72}
            size="xs"
            min={0}
            max={0.98}
            step={0.02}
            label={(value) => value.toFixed(2)}
            thumbLabel={t("losses.smoothing")}
            value={smoothing}
            onChange={setSmoothing}
          />
        </Group>
      )}
      {range !== null && (
        <ToolButton
          icon={ZoomOut}
          name={t("losses.zoomOut")}
          keys="0"
          size="md"
          variant="light"
          onClick={() => setRange(null)}
        />
      )}
      <div className="losses-controls-end">{children}</div>
    </div>
  );
}

export function nameOf(quantity: Quantity): string {
  if (quantity === "loss") return t("losses.loss");
  return quantity === "learning_rate" ? t("losses.learningRate") : (metricOf(quantity) ?? quantity);
}
