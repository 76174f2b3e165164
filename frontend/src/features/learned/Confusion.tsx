/** Confusion matrix: rows are what was right, columns what was predicted, each row shaded by its shares. */

import { t } from "../../i18n";
import classes from "./learned.module.css";

interface ConfusionProps {
  readonly counts: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

export function Confusion({ counts, labels }: ConfusionProps) {
  const name = (index: number) => labels[index] ?? String(index);
  return (
    <div className={classes.scroll}>
      <table className={classes.confusion} aria-label={t("learned.confusion")}>
        <thead>
          <tr>
            <th scope="col">{t("learned.trueOverPredicted")}</th>
            {counts.map((_, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a class is its place.
              <th key={column} scope="col" title={name(column)}>
                {name(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, index) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a class is its place.
              <tr key={index}>
                <th scope="row" title={name(index)}>
                  {name(index)}
                </th>
                {row.map((count, column) => {
                  const share = total === 0 ? 0 : count / total;
                  const color = index === column ? "var(--ll-success)" : "var(--ll-error)";
                  return (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: a class is its place.
                      key={column}
                      title={`${name(index)} → ${name(column)}: ${Math.round(share * 100)} %`}
                      style={{
                        background:
                          share === 0
                            ? undefined
                            : `color-mix(in srgb, ${color} ${Math.round(8 + 30 * share)}%, transparent)`,
                      }}
                    >
                      {count}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
