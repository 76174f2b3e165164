/** Icon and colour of a layer type's category, the same in the palette, on nodes and in lists. */

import {
  Activity,
  ArrowRightFromLine,
  ArrowRightToLine,
  Boxes,
  Calculator,
  CircleQuestionMark,
  Droplets,
  Eye,
  Filter,
  Grid3x3,
  Layers,
  type LucideIcon,
  Merge,
  Minimize2,
  Package,
  Repeat2,
  Shapes,
  SlidersHorizontal,
} from "lucide-react";
import "./category.css";

const ICONS: { readonly [category: string]: LucideIcon } = {
  core: Layers,
  activations: Activity,
  recurrent: Repeat2,
  convolution: Grid3x3,
  pooling: Minimize2,
  normalization: SlidersHorizontal,
  regularization: Droplets,
  reshaping: Shapes,
  attention: Eye,
  merging: Merge,
  preprocessing: Filter,
  wrappers: Package,
  operations: Calculator,
  models: Boxes,
};

/** Types that stand for the document's own structure and not for a kind of layer. */
const STRUCTURE: { readonly [type: string]: LucideIcon } = {
  Input: ArrowRightFromLine,
  Output: ArrowRightToLine,
  Model: Boxes,
};

export function categoryColour(category: string): string {
  return category in ICONS ? `var(--category-${category})` : "var(--category-unknown)";
}

interface CategoryIconProps {
  readonly category: string;
  readonly type?: string;
  readonly size?: number;
}

export function CategoryIcon({ category, type, size = 16 }: CategoryIconProps) {
  const Icon = (type && STRUCTURE[type]) || ICONS[category] || CircleQuestionMark;
  return <Icon size={size} aria-hidden color={categoryColour(category)} strokeWidth={2} />;
}
