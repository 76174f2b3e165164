/** What a chart is given: curves, each over an x axis of its own, and what stands beside them. */

export interface Curve {
  readonly key: string;
  readonly label: string;
  /** A real colour, for a canvas knows no variables. */
  readonly color: string;
  /** Lengths of dashes and gaps in pixels; none: a solid line. */
  readonly dash?: readonly number[];
  /** A dot at each value: for values that are few and far between. */
  readonly hasPoints?: boolean;
  /** Drawn smoothed, with what it was made of faint behind it. */
  readonly isSmoothed?: boolean;
  /** Stands at the curve's end, so that curves can be told apart without colour. */
  readonly tag?: string;
  /** Never falling. Curves that share one array are thinned together. */
  readonly x: Float64Array;
  /** As many as `x`; NaN breaks the line. */
  readonly values: Float64Array;
}

/** A moment on the x axis. */
export interface Mark {
  readonly x: number;
  /** Short; stands at the top of the line. None: a tick at the bottom, for what happens often. */
  readonly label?: string;
  /** What the pointer is told. */
  readonly detail: string;
}

/** A value worth a ring: the best of a curve. */
export interface Ring {
  /** Of the curve that it belongs to; hidden with it. */
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly label: string;
}

export interface ChartData {
  readonly curves: readonly Curve[];
  readonly marks: readonly Mark[];
  readonly rings: readonly Ring[];
}

export interface ChartOptions {
  /** 0: as it is; towards 1: an ever longer memory (exponential moving average, corrected for its start). */
  readonly smoothing: number;
  readonly isLog: boolean;
}

/** The part of the x axis that is shown; null: all of it. */
export type Range = readonly [from: number, to: number] | null;

/** "Step 12", "Epoch 1.5", "12 s": a place on the x axis. */
export type FormatX = (x: number) => string;
