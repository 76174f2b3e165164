/** What the nodes are coloured by while their model trains, and the legend of the shades. */

import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { Check, Flame } from "lucide-react";
import { setFit } from "../../../document/commands";
import { t } from "../../../i18n";
import { useDocument } from "../../../stores/documentStore";
import { HEAT_LEVELS, HEAT_MEASURES, type Heat } from "../../../stores/layerStats";
import { useLayerStats } from "../../../stores/layerStatsStore";
import { heatColor } from "../../../ui/colors";
import { shortNumber } from "../../../ui/numbers";
import { useHeat } from "../useHeat";
import classes from "./canvas.module.css";

const CHOSEN = <Check size={14} aria-hidden />;
/** Often enough to see something at once, seldom enough not to be felt. */
const WATCH_EVERY = 20;

export function HeatControls() {
  const measure = useLayerStats((state) => state.heat);
  const setHeat = useLayerStats((state) => state.setHeat);
  const isEmpty = useLayerStats((state) => state.measured.length === 0);
  const watched = useDocument((state) => state.document.training?.fit?.watch_every ?? null);
  const heat = useHeat((state) => state.heat);
  return (
    <>
      <div className={classes.heatButton} data-canvas-overlay>
        <Menu position="top-start">
          <Tooltip label={t("canvas.heat")}>
            <Menu.Target>
              <ActionIcon
                aria-label={t("canvas.heat")}
                variant={measure === null ? "subtle" : "light"}
                color={measure === null ? "gray" : undefined}
              >
                <Flame size={16} strokeWidth={1.8} aria-hidden />
              </ActionIcon>
            </Menu.Target>
          </Tooltip>
          <Menu.Dropdown data-canvas-overlay>
            {isEmpty && <Menu.Label>{t(watched ? "canvas.heatSoon" : "canvas.heatNeeds")}</Menu.Label>}
            {isEmpty && watched === null && (
              <Menu.Item
                closeMenuOnClick={false}
                onClick={() =>
                  useDocument.getState().run(setFit({ field: "watch_every", value: WATCH_EVERY } as never))
                }
              >
                {t("canvas.heatWatch", { steps: WATCH_EVERY })}
              </Menu.Item>
            )}
            {isEmpty && <Menu.Divider />}
            {HEAT_MEASURES.map((one) => (
              <Menu.RadioItem
                key={one}
                value={one}
                checked={one === measure}
                checkIcon={CHOSEN}
                closeMenuOnClick
                onChange={() => setHeat(one)}
              >
                {t(`canvas.heat.${one}`)}
              </Menu.RadioItem>
            ))}
            <Menu.RadioItem
              value=""
              checked={measure === null}
              checkIcon={CHOSEN}
              closeMenuOnClick
              onChange={() => setHeat(null)}
            >
              {t("canvas.heatOff")}
            </Menu.RadioItem>
          </Menu.Dropdown>
        </Menu>
      </div>
      {measure !== null && heat !== null && <Legend heat={heat} name={t(`canvas.heat.${measure}`)} />}
    </>
  );
}

function Legend({ heat, name }: { readonly heat: Heat; readonly name: string }) {
  const epoch = useHeat((state) => state.epoch);
  const step = useHeat((state) => state.step);
  return (
    <div
      className={classes.heatLegend}
      role="group"
      aria-label={t("canvas.heatLegend", { name })}
      data-heat-legend
      data-canvas-overlay
    >
      <span className={classes.heatName}>
        <b>{name}</b> <span>{t("canvas.heatAt", { epoch, step })}</span>
      </span>
      <span className={classes.heatShades} aria-hidden>
        {Array.from({ length: HEAT_LEVELS }, (_, level) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place.
          <i key={level} style={{ background: heatColor(level) }} />
        ))}
      </span>
      <span>{shortNumber(heat.least, 3)}</span>
      <span>{shortNumber(heat.most, 3)}</span>
    </div>
  );
}
