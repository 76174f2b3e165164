/** The learning rate over the run, as the server computes it. */

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { learned } from "../../api/learned";
import type { Typed } from "../../document/types";
import { t } from "../../i18n";
import { shortNumber } from "../../ui/numbers";
import { Plot } from "../../ui/plot/Plot";

interface SchedulePreviewProps {
  readonly schedule: Typed;
  readonly steps: number;
  readonly unit: "steps" | "epochs";
}

export function SchedulePreview({ schedule, steps, unit }: SchedulePreviewProps) {
  const [asked] = useDebouncedValue(JSON.stringify([schedule, steps]), 250);
  const { data } = useQuery({
    queryKey: ["schedule", asked],
    queryFn: ({ signal }) => {
      const [wanted, count] = JSON.parse(asked) as [Typed, number];
      return learned.schedule({ type: "SGD", config: { learning_rate: wanted as never } }, count, signal);
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (data === undefined || data.rates.length === 0) return null;
  return (
    <div data-schedule-preview>
      <Plot
        label={t("fit.scheduleCurve", {
          first: shortNumber(data.rates[0]),
          last: shortNumber(data.rates.at(-1)),
        })}
        lines={[{ x: data.steps, y: data.rates, color: "var(--ll-series-0)" }]}
        yRange={[0, Math.max(...data.rates, 1e-12) * 1.05]}
        xLabel={t(unit === "steps" ? "fit.steps" : "fit.epochs")}
        width={280}
        height={120}
      />
    </div>
  );
}
