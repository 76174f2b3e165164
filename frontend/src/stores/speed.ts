/** Bytes a second over the last few seconds: steady enough to read, quick enough to be true. */

const WINDOW_MS = 4000;
const LEAST_MS = 250;

export class Speed {
  private samples: { readonly bytes: number; readonly time: number }[] = [];

  /** Takes note that `bytes` have arrived at `time` (milliseconds); null while too little is known. */
  at(bytes: number, time: number): number | null {
    this.samples.push({ bytes, time });
    while (this.samples.length > 2 && time - this.samples[0]!.time > WINDOW_MS) this.samples.shift();
    const first = this.samples[0]!;
    const elapsed = time - first.time;
    return elapsed < LEAST_MS ? null : Math.max(0, ((bytes - first.bytes) * 1000) / elapsed);
  }

  reset(): void {
    this.samples = [];
  }
}
