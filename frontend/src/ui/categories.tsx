/** Colour and icon of each category of layer types. */

import {
  Activity,
  Box,
  Boxes,
  Calculator,
  Combine,
  Focus,
  Grid3x3,
  Layers,
  LogIn,
  LogOut,
  type LucideIcon,
  Minimize2,
  Repeat,
  Scale,
  Scaling,
  ShieldHalf,
  Wand2,
  Workflow,
} from "lucide-react";

export interface CategoryLook {
  readonly color: string;
  readonly icon: LucideIcon;
}

const ICONS: Readonly<Record<string, LucideIcon>> = {
  core: Layers,
  activations: Activity,
  recurrent: Repeat,
  convolution: Grid3x3,
  pooling: Minimize2,
  normalization: Scale,
  regularization: ShieldHalf,
  reshaping: Scaling,
  attention: Focus,
  merging: Combine,
  preprocessing: Wand2,
  wrappers: Boxes,
  operations: Calculator,
  models: Workflow,
  inputs: LogIn,
  outputs: LogOut,
};

/** The order in which the palette shows categories. */
export const CATEGORY_ORDER: readonly string[] = [
  "core",
  "activations",
  "merging",
  "recurrent",
  "convolution",
  "pooling",
  "normalization",
  "regularization",
  "reshaping",
  "attention",
  "wrappers",
  "operations",
  "preprocessing",
];

export function categoryLook(category: string): CategoryLook {
  const icon = ICONS[category];
  return icon
    ? { color: `var(--ll-category-${category})`, icon }
    : { color: "var(--ll-text-faint)", icon: Box };
}

/** Ends and models have a look of their own within their category. */
export function layerLook(type: string, category: string): CategoryLook {
  if (type === "Input") return categoryLook("inputs");
  if (type === "Output") return categoryLook("outputs");
  if (type === "Model") return categoryLook("models");
  return categoryLook(category);
}
