/** An icon button with its name as tooltip and accessible name. */

import { ActionIcon, type ActionIconProps, Tooltip } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import type { ComponentPropsWithoutRef } from "react";
import { keysText } from "./Keys";

interface ToolButtonProps
  extends ActionIconProps,
    Omit<ComponentPropsWithoutRef<"button">, keyof ActionIconProps> {
  readonly icon: LucideIcon;
  readonly name: string;
  /** Shortcut, shown in the tooltip. */
  readonly keys?: string;
}

export function ToolButton({ icon: Icon, name, keys, ...rest }: ToolButtonProps) {
  return (
    <Tooltip label={keys ? `${name} (${keysText(keys)})` : name}>
      <ActionIcon aria-label={name} {...rest}>
        <Icon size={16} strokeWidth={1.8} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
