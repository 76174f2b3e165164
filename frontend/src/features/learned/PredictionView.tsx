/** What the model says of one sample: by output its class with the shares of all, or its numbers; and an inner node's. */

import { Text } from "@mantine/core";

import { t } from "../../i18n";
import type { Json } from "../../schema";
import type { Prediction } from "../../schema/measured";
import { shortNumber } from "../../ui/numbers";
import classes from "./learned.module.css";
import { likely } from "./likely";

export function PredictionView({ prediction }: { readonly prediction: Prediction }) {
  return (
    <>
      {Object.keys(prediction.outputs)
        .sort()
        .map((output) => (
          <OutputPrediction
            key={output}
            output={output}
            numbers={prediction.outputs[output]?.[0] ?? null}
            decoded={prediction.decoded[output]?.[0]}
            labels={prediction.labels[output]}
          />
        ))}
      {Object.entries(prediction.nodes).map(([node, rows]) => (
        <div key={node} className={classes.card} data-node-output={node}>
          <Text size="sm" fw={600}>
            {t("learned.outputOf", { node })}
          </Text>
          <Numbers value={rows[0] ?? null} />
        </div>
      ))}
    </>
  );
}

interface OutputPredictionProps {
  readonly output: string;
  readonly numbers: Json;
  readonly decoded: Json | undefined;
  readonly labels: readonly string[] | undefined;
}

function OutputPrediction({ output, numbers, decoded, labels }: OutputPredictionProps) {
  const shares = labels === undefined ? null : likely(numbers, labels);
  const said = typeof decoded === "string" || typeof decoded === "number" ? decoded : null;
  return (
    <div className={classes.card} role="group" aria-label={output} data-predicted={output}>
      <Text size="xs" c="dimmed">
        {output}
      </Text>
      {said !== null && (
        <Text size="lg" fw={600} className="tabular">
          {typeof said === "number" ? shortNumber(said, 6) : said}
        </Text>
      )}
      {shares !== null ? (
        <div className={classes.bars}>
          {shares.map(({ label, share }) => (
            <Share key={label} label={label} share={share} />
          ))}
        </div>
      ) : (
        said === null && <Numbers value={numbers} />
      )}
    </div>
  );
}

function Share({ label, share }: { readonly label: string; readonly share: number }) {
  return (
    <>
      <span>{label}</span>
      <span className={classes.bar} aria-hidden>
        <i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
      </span>
      <span className="tabular">{(share * 100).toFixed(1)} %</span>
    </>
  );
}

/** A vector in a line, anything deeper as rows. */
function Numbers({ value }: { readonly value: Json }) {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "number" ? Number(item.toPrecision(4)) : item,
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <div className={classes.numbers} tabIndex={0} role="group" aria-label={t("learned.numbers")}>
      {text.replaceAll("],[", "],\n[").replaceAll(",", ", ")}
    </div>
  );
}
