/** Dragging nodes: their elements and edges follow the pointer outside of React; letting go is one command. */

import { moveNodes } from "../../../document/commands";
import type { NodeId, Position } from "../../../document/types";
import { openModel, useDocument } from "../../../stores/documentStore";
import { setCanvasState } from "../canvasState";
import type { CanvasEngine } from "../engine";
import { curveOf, offsetOf } from "../paint/picture";
import { pointOnCurve } from "../scene/geometry";
import { labelTransform, nodeTransform } from "../view/elements";

interface Carried {
  readonly element: HTMLElement;
  readonly follow: () => string;
}

export class NodeMove {
  private readonly engine: CanvasEngine;
  private readonly nodes: readonly NodeId[];
  private readonly model: string;
  private readonly carried: readonly Carried[];

  constructor(engine: CanvasEngine, nodes: Iterable<NodeId>) {
    this.engine = engine;
    this.nodes = [...nodes].filter((id) => engine.scene.byId.has(id));
    this.model = openModel(useDocument.getState());
    const places = new Set(this.nodes.map((id) => engine.scene.byId.get(id)!.index));
    engine.pin(
      "moving",
      this.nodes.filter((id) => engine.picture.elements.has(engine.scene.byId.get(id)!.index)),
    );
    engine.change({ drag: { nodes: places, dx: 0, dy: 0 } });
    this.carried = [...this.carriedNodes(), ...this.carriedLabels()];
    setCanvasState({ isDragging: true });
  }

  to(dx: number, dy: number): void {
    const { drag } = this.engine.picture;
    if (!drag) return;
    this.engine.change({ drag: { ...drag, dx, dy } });
    for (const { element, follow } of this.carried) element.style.transform = follow();
  }

  end(): void {
    const { drag, scene } = this.engine.picture;
    if (!drag) return;
    const positions: Record<NodeId, Position> = {};
    for (const id of this.nodes) {
      const node = scene.byId.get(id);
      if (node) positions[id] = [Math.round(node.x + drag.dx), Math.round(node.y + drag.dy)];
    }
    this.release();
    useDocument.getState().run(moveNodes({ model: this.model, positions }));
  }

  cancel(): void {
    const { drag } = this.engine.picture;
    if (drag) this.to(0, 0);
    this.release();
  }

  private release(): void {
    this.engine.change({ drag: null });
    this.engine.pin("moving", []);
    setCanvasState({ isDragging: false });
  }

  private *carriedNodes(): Iterable<Carried> {
    const { engine } = this;
    const ids = new Set(this.nodes);
    for (const element of engine.root?.querySelectorAll<HTMLElement>(".react-flow__node") ?? []) {
      const node = engine.scene.byId.get(element.dataset.id ?? "");
      if (!node || !ids.has(node.id)) continue;
      yield {
        element,
        follow: () => {
          const offset = offsetOf(engine.picture, node.index);
          return nodeTransform(node.x + offset.x, node.y + offset.y);
        },
      };
    }
  }

  private *carriedLabels(): Iterable<Carried> {
    const { engine } = this;
    const { scene } = engine;
    const edges = new Set(this.nodes.flatMap((id) => scene.edgesOfNode[scene.byId.get(id)!.index] ?? []));
    for (const element of engine.root?.querySelectorAll<HTMLElement>("[data-edge]") ?? []) {
      const edge = scene.edgeById.get(element.dataset.edge ?? "");
      if (!edge || !edges.has(edge.index)) continue;
      yield { element, follow: () => labelTransform(pointOnCurve(curveOf(engine.picture, edge), 0.5)) };
    }
  }
}
