/** The optimizer, its learning rate, and the rest of its config behind one click. */

import { Collapse, NativeSelect, NumberInput, Stack, UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";

import type { Typed } from "../../document/types";
import { t } from "../../i18n";
import type { Catalogue, Json, Problem } from "../../schema";
import { SchemaForm } from "../../ui/form/SchemaForm";

interface OptimizerFieldsProps {
  readonly optimizer: Typed | null | undefined;
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
  /** `field` names what was typed into, so that typing is one step of undo. */
  readonly onChange: (optimizer: Typed, field?: string) => void;
}

export function OptimizerFields({ optimizer, catalogue, problems, onChange }: OptimizerFieldsProps) {
  const [isOpen, setOpen] = useState(false);
  const type = optimizer?.type ?? "RMSprop";
  const described = catalogue.optimizers.find((one) => one.type === type);
  const config = optimizer?.config ?? {};
  const own = problems
    .filter((problem) => problem.field?.startsWith("training.optimizer"))
    .map((problem) => ({
      ...problem,
      field: problem.field?.replace(/^training\.optimizer\.?(config\.)?/, "") ?? "",
    }));
  const rate = config.learning_rate ?? described?.schema.properties?.learning_rate?.default;
  const set = (name: string, value: Json | undefined) => {
    const { [name]: _removed, ...rest } = config;
    onChange({ type, config: value === undefined ? rest : { ...rest, [name]: value } }, name);
  };
  return (
    <Stack gap={8}>
      <div className="field-pair">
        <NativeSelect
          size="xs"
          label={t("training.optimizer")}
          name="optimizer"
          error={own.find((problem) => problem.field === "" || problem.field === "type")?.message}
          value={type}
          data={[...catalogue.optimizers.map((one) => one.type), ...(described === undefined ? [type] : [])]}
          onChange={(event) =>
            onChange({
              type: event.currentTarget.value,
              config: typeof config.learning_rate === "number" ? { learning_rate: config.learning_rate } : {},
            })
          }
        />
        {(typeof rate === "number" || rate === undefined || rate === null) && (
          <NumberInput
            size="xs"
            label={t("training.learningRate")}
            name="learning_rate"
            error={own.find((problem) => problem.field.startsWith("learning_rate"))?.message}
            min={0}
            step={0.0001}
            decimalScale={10}
            value={rate ?? 0.001}
            onChange={(value) => {
              if (typeof value === "number") set("learning_rate", value);
            }}
          />
        )}
      </div>
      {described !== undefined && (
        <>
          <UnstyledButton className="more-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />} {t("training.optimizerMore")}
          </UnstyledButton>
          <Collapse expanded={isOpen}>
            {isOpen && (
              <SchemaForm
                schema={described.schema}
                config={config}
                problems={own}
                hidden={typeof rate === "number" ? ["learning_rate"] : []}
                onChange={set}
              />
            )}
          </Collapse>
        </>
      )}
    </Stack>
  );
}
