// @vitest-environment jsdom

import { describe, expect, it } from "vitest";

import { curvesCsv } from "./csv";
import { chartSvg } from "./svg";
import { scaleOf, ticksOf } from "./ticks";
import type { Curve } from "./types";

describe("curves as CSV", () => {
  it("have a row for each step, with every curve's value there", () => {
    const text = curvesCsv([
      {
        name: "Digits, small",
        stepsPerEpoch: 2,
        parts: [
          {
            steps: Float64Array.of(1, 2),
            seconds: Float64Array.of(0.5, 1),
            curves: [{ name: "loss", values: Float64Array.of(0.25, Number.NaN) }],
          },
          {
            steps: Float64Array.of(2),
            seconds: Float64Array.of(1),
            curves: [{ name: "validation loss", values: Float64Array.of(1e-7) }],
          },
        ],
      },
    ]);

    expect(text.split("\r\n")).toEqual([
      "run,step,epoch,seconds,loss,validation loss",
      '"Digits, small",1,0.5,0.500,0.25,',
      '"Digits, small",2,1,1.000,,1e-7',
      "",
    ]);
  });

  it("hold no formula", () => {
    expect(curvesCsv([{ name: "=1+1", stepsPerEpoch: 1, parts: [] }]).split("\r\n")).toHaveLength(2);
    const part = { steps: Float64Array.of(1), seconds: Float64Array.of(1), curves: [] };
    expect(curvesCsv([{ name: "=1+1", stepsPerEpoch: 1, parts: [part] }])).toContain("\r\n'=1+1,1,1,");
  });
});

describe("a chart as SVG", () => {
  const curve: Curve = {
    key: "a",
    label: "a < b",
    color: "#ff0000",
    dash: [5, 3],
    x: Float64Array.of(1, 2, 3, 4),
    values: Float64Array.of(1, 0.1, Number.NaN, 0.01),
  };
  const picture = {
    data: { curves: [curve], marks: [{ x: 2, label: "paused", detail: "Paused & resumed" }], rings: [] },
    options: { smoothing: 0, isLog: true },
    hidden: new Set<string>(),
    range: null,
    title: "Loss",
    xLabel: "Step",
    formatTick: String,
    colors: { ground: "#fff", ink: "#000", grid: "#ddd" },
  };

  it("is one well-formed picture with its curves, marks and legend", () => {
    const svg = chartSvg(picture);
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");

    expect(parsed.querySelector("parsererror")).toBeNull();
    expect(parsed.querySelector('path[stroke="#ff0000"]')?.getAttribute("d")?.match(/M/g)).toHaveLength(2);
    expect(svg).toContain("a &lt; b");
    expect(svg).toContain("Paused &amp; resumed");
  });

  it("leaves out what is hidden", () => {
    expect(chartSvg({ ...picture, hidden: new Set(["a"]) })).not.toContain("#ff0000");
  });
});

describe("an axis", () => {
  it("has round numbers", () => {
    expect(ticksOf([0, 97], false, 5)).toEqual([0, 20, 40, 60, 80]);
    expect(ticksOf([0.0012, 3], true, 5)).toEqual([0.01, 0.1, 1]);
    expect(ticksOf([0.3, 3], true, 5)).toEqual([0.5, 1, 2]);
  });

  it("places its ends at its ends", () => {
    const { place } = scaleOf([0, 10], [50, 150], false);
    expect([place(0), place(5), place(10)]).toEqual([50, 100, 150]);
  });
});
