/** The points of a run's curves in growable typed arrays: no object a point, nothing copied a step. */

/** Numbers that are only appended or cut off at the end. NaN: no value there. */
export class Series {
  #values = new Float64Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length] = value;
    this.length += 1;
  }

  /** A view, not a copy; good until the next push. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }

  at(index: number): number {
    return this.#values[index < 0 ? this.length + index : index] ?? Number.NaN;
  }

  cut(length: number): void {
    this.length = Math.min(this.length, length);
  }
}

/** Curves over one x axis, counted in steps since the start of the run. All series have the length of `x`. */
export class Curves {
  readonly x = new Series();
  /** Seconds of training until each point, pauses not counted. */
  readonly seconds = new Series();
  readonly series = new Map<string, Series>();

  /** A point of every curve; a curve that is new had no value before, one that is missing has none here. */
  push(x: number, values: { readonly [name: string]: number | null }, seconds = Number.NaN): void {
    this.cutFrom(x);
    for (const name of Object.keys(values)) {
      if (this.series.has(name)) continue;
      const series = new Series();
      for (let index = 0; index < this.x.length; index += 1) series.push(Number.NaN);
      this.series.set(name, series);
    }
    this.x.push(x);
    this.seconds.push(seconds);
    for (const [name, series] of this.series) series.push(values[name] ?? Number.NaN);
  }

  /** A run that went back to a checkpoint goes over these steps again: the points from `x` on are dropped. */
  cutFrom(x: number): void {
    let length = this.x.length;
    while (length > 0 && this.x.at(length - 1) >= x) length -= 1;
    if (length === this.x.length) return;
    this.x.cut(length);
    this.seconds.cut(length);
    for (const series of this.series.values()) series.cut(length);
  }

  values(name: string): Float64Array {
    return this.series.get(name)?.values ?? new Float64Array(0);
  }

  get length(): number {
    return this.x.length;
  }
}
