/** A group of fields behind one line: closed it says in short what is set; it opens by itself where something is wrong. */

import { Collapse, Stack, Text, UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import "./patterns.css";

interface FoldProps {
  readonly title: string;
  /** What is set, in short; shown while closed. */
  readonly summary?: string;
  /** Opens when it becomes true, such as by a problem inside. */
  readonly opensFor?: boolean;
  readonly children: ReactNode;
}

export function Fold({ title, summary = "", opensFor = false, children }: FoldProps) {
  const [isOpen, setOpen] = useState(opensFor);
  useEffect(() => {
    if (opensFor) setOpen(true);
  }, [opensFor]);
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <div>
      <UnstyledButton className="fold-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon size={14} aria-hidden />
        <span>{title}</span>
        {!isOpen && summary !== "" && (
          <Text span size="xs" c="dimmed" truncate className="fold-summary">
            {summary}
          </Text>
        )}
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <Stack gap={8} pt={8}>
            {children}
          </Stack>
        )}
      </Collapse>
    </div>
  );
}
