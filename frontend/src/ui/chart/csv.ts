/** Curves as a table of comma-separated values: a row for each step that any of them has. Pure. */

export interface CsvCurve {
  readonly name: string;
  readonly values: Float64Array;
}

/** Curves with one axis: those of the steps, those of the epochs, those of the validation. */
export interface CsvPart {
  /** Finished steps since the start of the run. */
  readonly steps: Float64Array;
  readonly seconds: Float64Array;
  readonly curves: readonly CsvCurve[];
}

export interface CsvRun {
  readonly name: string;
  readonly stepsPerEpoch: number;
  readonly parts: readonly CsvPart[];
}

/** Every value, none left out; an empty cell where a curve has none. */
export function curvesCsv(runs: readonly CsvRun[]): string {
  const names = [
    ...new Set(runs.flatMap(({ parts }) => parts.flatMap(({ curves }) => curves.map(({ name }) => name)))),
  ];
  const places = new Map(names.map((name, index) => [name, index]));
  const lines = [["run", "step", "epoch", "seconds", ...names].map(cell).join(",")];
  for (const { name: run, stepsPerEpoch, parts } of runs) {
    for (const { step, seconds, cells } of rowsOf(parts, places)) {
      const epoch = stepsPerEpoch > 0 ? String(Number((step / stepsPerEpoch).toFixed(6))) : "";
      const time = Number.isFinite(seconds) ? seconds.toFixed(3) : "";
      lines.push([cell(run), String(step), epoch, time, ...cells].join(","));
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

interface Row {
  readonly step: number;
  seconds: number;
  readonly cells: string[];
}

function rowsOf(parts: readonly CsvPart[], places: ReadonlyMap<string, number>): Row[] {
  const rows = new Map<number, Row>();
  for (const { steps, seconds, curves } of parts) {
    steps.forEach((step, index) => {
      let row = rows.get(step);
      if (!row) {
        row = { step, seconds: seconds[index] ?? Number.NaN, cells: new Array(places.size).fill("") };
        rows.set(step, row);
      }
      for (const { name, values } of curves) {
        const value = values[index]!;
        if (Number.isFinite(value)) row.cells[places.get(name)!] = String(value);
      }
    });
  }
  return [...rows.values()].sort((a, b) => a.step - b.step);
}

/** Quoted where it must be. A text that a spreadsheet would take for a formula is made plain by an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
