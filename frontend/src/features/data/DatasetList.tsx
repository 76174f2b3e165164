/** The data sets by where they come from, those that match the search. */

import { Text, TextInput, UnstyledButton } from "@mantine/core";
import { Check, Search } from "lucide-react";
import { useId, useState } from "react";

import { type MessageKey, t } from "../../i18n";
import type { Dataset } from "../../schema";
import classes from "./data.module.css";
import { showExtent } from "./format";

const GROUPS: readonly { readonly title: MessageKey; readonly kinds: readonly Dataset["kind"][] }[] = [
  { title: "data.group.own", kinds: ["uploaded"] },
  { title: "data.group.bundled", kinds: ["bundled", "derived"] },
  { title: "data.group.generated", kinds: ["generated"] },
];

interface DatasetListProps {
  readonly datasets: readonly Dataset[];
  /** The one that is shown. */
  readonly shown: string | undefined;
  /** The one that the project uses. */
  readonly used: string | undefined;
  readonly onChoose: (dataset: string) => void;
}

export function DatasetList({ datasets, shown, used, onChoose }: DatasetListProps) {
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = datasets.filter((dataset) => words.every((word) => textOf(dataset).includes(word)));
  return (
    <>
      <TextInput
        type="search"
        aria-label={t("data.search")}
        placeholder={t("data.search")}
        leftSection={<Search size={14} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className={classes.sets}>
        {found.length === 0 && (
          <Text size="xs" c="dimmed" p={8}>
            {t("data.noneFound")}
          </Text>
        )}
        {GROUPS.map(({ title, kinds }) => (
          <SetGroup
            key={title}
            title={t(title)}
            datasets={found.filter(({ kind }) => kinds.includes(kind))}
            shown={shown}
            used={used}
            onChoose={onChoose}
          />
        ))}
      </div>
    </>
  );
}

function SetGroup({ title, datasets, shown, used, onChoose }: DatasetListProps & { readonly title: string }) {
  const id = useId();
  if (datasets.length === 0) return null;
  return (
    <>
      <h3 id={id} className={classes.groupTitle}>
        {title}
      </h3>
      <ul className={classes.group} aria-labelledby={id}>
        {datasets.map((dataset) => (
          <li
            key={dataset.id}
            className={classes.row}
            data-dataset={dataset.id}
            data-chosen={dataset.id === shown || undefined}
          >
            <UnstyledButton
              className={classes.choose}
              aria-current={dataset.id === shown}
              onClick={() => onChoose(dataset.id)}
            >
              <Text size="sm" fw={500} truncate>
                {dataset.name}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {showExtent(dataset)}
              </Text>
            </UnstyledButton>
            {dataset.id === used && <Check size={16} aria-label={t("data.inUse")} role="img" />}
          </li>
        ))}
      </ul>
    </>
  );
}

function textOf(dataset: Dataset): string {
  const columns = dataset.columns.map(({ name }) => name).join(" ");
  return `${dataset.name} ${dataset.id} ${dataset.description} ${columns}`.toLowerCase();
}
