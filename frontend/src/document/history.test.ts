import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "./canonical";
import type { Command } from "./command";
import {
  addLayerNode,
  bindColumn,
  callAgain,
  changeLayerType,
  connect,
  deleteNodes,
  disconnect,
  duplicateNodes,
  makeIndependent,
  moveNodes,
  renameNode,
  setConfig,
} from "./commands";
import { COALESCE_MS, emptyHistory, type History, MOST_STEPS, record, redo, undo } from "./history";
import { edgesOf } from "./ports";
import { portsIn, siamese } from "./testing";
import type { Document } from "./types";

const model = "main";

/** A command that picks its nodes among those that are there when it runs. */
type Pick = (document: Document, a: number, b: number) => Command | null;

const nodesOf = (document: Document) => Object.keys(document.models.main?.nodes ?? {});
const at = (document: Document, index: number) =>
  nodesOf(document)[index % Math.max(1, nodesOf(document).length)] ?? "none";

const picks: readonly Pick[] = [
  (_document, a) =>
    addLayerNode({ model, type: ["Dense", "LSTM", "Add", "Input", "Output"][a % 5]!, position: [a, a * 2] }),
  (document, a) => callAgain({ model, node: at(document, a) }),
  (document, a) => makeIndependent({ model, node: at(document, a) }),
  (document, a, b) => duplicateNodes({ model, nodes: [at(document, a), at(document, b)] }),
  (document, a) => deleteNodes({ model, nodes: [at(document, a)] }),
  (document, a, b) => moveNodes({ model, positions: { [at(document, a)]: [b, a] } }),
  (document, a, b) => renameNode({ model, node: at(document, a), to: `renamed_${b}` }),
  (document, a, b) => {
    const ports = portsIn(document);
    const target = at(document, b);
    const port = ports(document.models.main!.nodes[target]?.layer ?? "").inputs[0]?.name ?? "inputs";
    return connect(
      { model, source: { node: at(document, a), port: "output" }, target: { node: target, port } },
      ports,
    );
  },
  (document, a) => {
    const edges = edgesOf(document.models.main!, portsIn(document));
    const edge = edges[a % Math.max(1, edges.length)];
    return edge ? disconnect({ model, edges: [edge] }) : null;
  },
  (document, a, b) =>
    setConfig({ model, layer: Object.keys(document.models.main!.layers)[a] ?? "", field: "units", value: b }),
  (document, a) =>
    changeLayerType({ model, layer: Object.keys(document.models.main!.layers)[a] ?? "", type: "Multiply" }),
  (document, a) => bindColumn({ side: "inputs", node: at(document, a), column: "x" }),
];

const edits = fc.array(fc.tuple(fc.nat(picks.length - 1), fc.nat(30), fc.nat(30)), { maxLength: 60 });

function edited(start: Document, sequence: readonly (readonly [number, number, number])[]) {
  let document = start;
  let history: History = emptyHistory;
  let time = 0;
  for (const [pick, a, b] of sequence) {
    const command = picks[pick]!(document, a, b);
    const outcome = command?.apply(document);
    if (!command || !outcome || outcome.refused) continue;
    time += COALESCE_MS * 2;
    history = record(history, command, document, outcome.document, time);
    document = outcome.document;
  }
  return { document, history };
}

describe("history", () => {
  it("undo to the start gives the first document byte for byte, redo the last", () => {
    fc.assert(
      fc.property(edits, (sequence) => {
        const first = siamese();
        const firstText = canonicalText(first);
        const done = edited(first, sequence);
        const lastText = canonicalText(done.document);

        let state: { history: History; document: Document } = done;
        for (let step = undo(state.history); step; step = undo(state.history)) state = step;
        expect(canonicalText(state.document)).toBe(firstText);

        for (let step = redo(state.history); step; step = redo(state.history)) state = step;
        expect(canonicalText(state.document)).toBe(lastText);
      }),
      { numRuns: 200 },
    );
  });

  it("no edit leaves a source or a layer that is not there", () => {
    fc.assert(
      fc.property(edits, (sequence) => {
        const { models } = edited(siamese(), sequence).document;
        const { nodes, layers } = models.main!;
        for (const node of Object.values(nodes)) {
          expect(layers).toHaveProperty([node.layer]);
          for (const source of Object.values(node.inputs ?? {}).flat())
            expect(nodes).toHaveProperty([source.split(".")[0]!]);
        }
        const called = new Set(Object.values(nodes).map(({ layer }) => layer));
        expect(Object.keys(layers).filter((layer) => !called.has(layer))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("typing in one field is one step, until a pause", () => {
    const start = siamese();
    const type = (value: number) => setConfig({ model, layer: "shared_lstm", field: "units", value });
    let history: History = emptyHistory;
    let document = start;
    for (const [value, time] of [
      [6, 0],
      [64, 300],
      [640, 600],
      [1, 600 + COALESCE_MS + 1],
    ] as const) {
      const next = type(value).apply(document).document!;
      history = record(history, type(value), document, next, time);
      document = next;
    }

    expect(history.done).toHaveLength(2);
    expect(undo(undo(history)!.history)!.document).toBe(start);
  });

  it("keeps the last 500 steps", () => {
    let history: History = emptyHistory;
    let document = siamese();
    for (let index = 0; index < MOST_STEPS + 20; index += 1) {
      const command = moveNodes({ model, positions: { first: [index, 0] } });
      const next = command.apply(document).document!;
      history = record(history, command, document, next, index);
      document = next;
    }

    expect(history.done).toHaveLength(MOST_STEPS);
  });

  it("a command that changes nothing is no step", () => {
    const start = siamese();
    const command = renameNode({ model, node: "first", to: "first" });

    expect(record(emptyHistory, command, start, command.apply(start).document!, 0)).toBe(emptyHistory);
  });
});
