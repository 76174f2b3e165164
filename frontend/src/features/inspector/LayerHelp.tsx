/** What the layer type does, in place: its documentation, folded until it is wanted. */

import { Collapse, UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";

import { t } from "../../i18n";
import type { LayerTypeDescription } from "../../schema";
import { withCode } from "../../ui/ProblemText";

export function LayerHelp({ described }: { readonly described: LayerTypeDescription }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div>
      <UnstyledButton className="more-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}{" "}
        {t("inspector.about", { type: described.type })}
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <div className="layer-help">
          {described.documentation
            .split(/\n\s*\n/)
            .filter((paragraph) => paragraph.trim() !== "")
            .map((paragraph) => (
              <Paragraph key={paragraph} text={paragraph} />
            ))}
        </div>
      </Collapse>
    </div>
  );
}

/** Indented blocks are code; `so` is code in a line; the rest is text. */
function Paragraph({ text }: { readonly text: string }) {
  if (/^( {4}|```)/.test(text)) return <pre>{text.replace(/```\w*\n?/g, "").replace(/^ {4}/gm, "")}</pre>;
  return <p>{withCode(text)}</p>;
}
