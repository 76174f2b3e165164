/** The contracts about data that the page works with beside the data sets themselves. */

import type { Json } from ".";

export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface ColumnStatistics {
  readonly missing: number;
  readonly distinct: number | null;
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly histogram: Histogram | null;
  /** The values that occur most often, with their counts. */
  readonly top: readonly (readonly [value: Json, count: number])[] | null;
  /** Words, characters or samples of a row, where rows differ. */
  readonly lengths: { readonly min: number; readonly max: number; readonly mean: number } | null;
}

export interface Statistics {
  readonly rows: number;
  readonly columns: { readonly [name: string]: ColumnStatistics };
}

/** An image or a sound in a preview, which is fetched by itself. */
export interface MediaCell {
  readonly media: "image" | "audio";
  readonly url: string;
  readonly shape: readonly number[];
}
