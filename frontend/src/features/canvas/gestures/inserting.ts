/** Adding a layer: where it goes, what it starts with, and what it is connected to, as one command. */

import type { Outcome } from "../../../document/command";
import { type AddLayerNode, addLayerNode, callAgain } from "../../../document/commands";
import { layerType, type Ports, sourceText, writtenPort } from "../../../document/ports";
import type { NodeId, Position } from "../../../document/types";
import { t } from "../../../i18n";
import { announce } from "../../../stores/announceStore";
import { useCatalogue } from "../../../stores/catalogueStore";
import { currentModel, currentPorts } from "../../../stores/derived";
import { openModel, useDocument } from "../../../stores/documentStore";
import type { Insertion, PagePoint } from "../../../stores/insertionStore";
import { useSelection } from "../../../stores/selectionStore";
import type { CanvasEngine } from "../engine";
import type { PortRef } from "../scene/fits";
import { freeSpot, spotBelow, spotBeside } from "../scene/freeSpot";
import { NODE_WIDTH, nodeHeight, type Point } from "../scene/geometry";
import { edgeAt } from "../scene/hits";
import { seenBox } from "../view/viewport";

const SPLICE_REACH = 14;

/** Places what the palette sent: at a point of the page, else where there is room. */
export function insert(engine: CanvasEngine, insertion: Insertion, at: PagePoint | null): void {
  const ports = portsOf(insertion);
  const height = nodeHeight(ports);
  if (at === null) {
    add(engine, insertion, roomFor(engine, ports, height), {});
    return;
  }
  const edge = spliceAt(engine, insertion, at);
  const { x, y } = engine.pointAt({ clientX: at.x, clientY: at.y });
  const position = freeSpot(engine.scene, { x: x - NODE_WIDTH / 2, y: y - height / 2 }, height);
  add(engine, insertion, position, edge ? between(engine, insertion, edge) : {});
}

/** Beside the one selected node, as the data runs; else near the middle of what is seen. */
function roomFor(engine: CanvasEngine, ports: Ports, height: number): Point {
  const { scene, view, screen } = engine;
  const seen = seenBox(view, screen);
  const [selected, ...others] = useSelection.getState().nodes;
  const node = others.length === 0 && selected ? scene.byId.get(selected) : undefined;
  if (node) {
    const isBeginning = ports.inputs.length === 0 && node.inputs.length === 0;
    return isBeginning ? spotBelow(scene, node, height) : spotBeside(scene, node, height);
  }
  // The first node leaves room for what follows it.
  const part = scene.nodes.length === 0 ? 0.2 : 0.5;
  const middle = {
    x: seen.x + seen.width * part - NODE_WIDTH / 2,
    y: seen.y + seen.height * 0.45 - height / 2,
  };
  return freeSpot(scene, middle, height, seen) ?? freeSpot(scene, middle, height);
}

function portsOf(insertion: Insertion): Ports {
  const none: Ports = { inputs: [], outputs: [] };
  if (insertion.again !== undefined)
    return currentPorts()(currentModel().nodes[insertion.again]?.layer ?? "");
  const definition = insertion.type === "Model" ? insertion.config?.model : undefined;
  if (typeof definition === "string") {
    const { layers, nodes } = useDocument.getState().document.models[definition] ?? { layers: {}, nodes: {} };
    const ends = (type: string) =>
      Object.keys(nodes)
        .filter((id) => layers[nodes[id]?.layer ?? ""]?.type === type)
        .map((name) => ({ name, description: "", least: 1, most: 1 }));
    return { inputs: ends("Input"), outputs: ends("Output") };
  }
  return layerType(useCatalogue.getState().catalogue, insertion.type) ?? none;
}

/** The edge into which a layer dropped at this point of the page would go. */
export function spliceAt(engine: CanvasEngine, insertion: Insertion, at: PagePoint): string | null {
  const { inputs, outputs } = portsOf(insertion);
  if (inputs.length === 0 || outputs.length === 0) return null;
  const point = engine.pointAt({ clientX: at.x, clientY: at.y });
  return edgeAt(engine.scene, point, SPLICE_REACH / engine.view.zoom)?.id ?? null;
}

type Wiring = Pick<AddLayerNode, "from" | "to">;

function between(engine: CanvasEngine, insertion: Insertion, edgeId: string): Wiring {
  const edge = engine.scene.edgeById.get(edgeId);
  const input = portsOf(insertion).inputs[0];
  if (!edge || !input) return {};
  const model = currentModel();
  const ports = currentPorts();
  const { source, target } = edge.edge;
  return {
    from: {
      source: sourceText(source.node, source.port, ports(model.nodes[source.node]?.layer ?? "")),
      port: input.name,
    },
    to: {
      node: target.node,
      port: writtenPort(model, target.node, target.port, ports(model.nodes[target.node]?.layer ?? "")),
      index: target.index,
    },
  };
}

/** A new layer of a type, connected to the port that an edge was let go from. */
export function insertFrom(
  engine: CanvasEngine,
  insertion: Insertion,
  position: Point,
  from: PortRef | null,
): void {
  const ports = portsOf(insertion);
  const height = nodeHeight(ports);
  const start = from ? engine.scene.byId.get(from.node) : undefined;
  const x = from?.kind === "input" ? position.x - NODE_WIDTH : position.x;
  const place = freeSpot(
    engine.scene,
    { x: start || !from ? x : position.x, y: position.y - height / 2 },
    height,
  );
  add(engine, insertion, place, from ? wiringFrom(ports, from) : {});
}

function wiringFrom(own: Ports, from: PortRef): Wiring {
  const model = currentModel();
  const ports = currentPorts()(model.nodes[from.node]?.layer ?? "");
  if (from.kind === "output") {
    const input = own.inputs[0];
    return input ? { from: { source: sourceText(from.node, from.port, ports), port: input.name } } : {};
  }
  const port = writtenPort(model, from.node, from.port, ports);
  const isSingle = ports.inputs.find(({ name }) => name === from.port)?.most === 1;
  return { to: { node: from.node, port, ...(isSingle && { index: 0 }) } };
}

function add(engine: CanvasEngine, insertion: Insertion, { x, y }: Point, wiring: Wiring): void {
  const { run, ...state } = useDocument.getState();
  const model = openModel(state);
  const position: Position = [Math.round(x), Math.round(y)];
  const outcome: Outcome =
    insertion.again !== undefined
      ? run(callAgain({ model, node: insertion.again, position }))
      : run(
          addLayerNode({
            model,
            type: insertion.type,
            ...(insertion.config ? { config: insertion.config } : startingWith(insertion.type)),
            name: insertion.name,
            position,
            ...wiring,
          }),
        );
  const created = outcome.created?.[0];
  if (created) welcome(engine, created);
}

/** Selects a new node and brings it into view. */
export function welcome(engine: CanvasEngine, node: NodeId): void {
  useSelection.getState().select([node]);
  announce(t("canvas.announce.added", { node }));
  // The scene has the node once React has drawn the new document.
  requestAnimationFrame(() => {
    const place = engine.scene.byId.get(node);
    if (place) engine.include(place);
  });
}

/** What a fresh layer starts with: the catalogue's first example. A wrapper wraps what is selected. */
function startingWith(type: string): Pick<AddLayerNode, "config" | "wraps"> {
  const example = layerType(useCatalogue.getState().catalogue, type)?.examples[0];
  const config = example?.config;
  if (typeof config?.layer !== "string") return { config, wraps: example?.layers };
  const model = currentModel();
  const [selected] = useSelection.getState().nodes;
  const layer = selected ? model.nodes[selected]?.layer : undefined;
  const selectedType = layer && model.layers[layer]?.type;
  const fits = selectedType && selectedType !== "Input" && selectedType !== "Output";
  const inner = example?.layers?.[config.layer];
  const isAlike = !inner || category(inner.type) === category(selectedType ?? "");
  if (layer && fits && isAlike) return { config: { ...config, layer } };
  return { config, wraps: example?.layers ?? { [config.layer]: { type: "Dense", config: { units: 8 } } } };
}

function category(type: string): string | undefined {
  return layerType(useCatalogue.getState().catalogue, type)?.category;
}
