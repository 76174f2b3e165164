/** A small picture of a document's main model: its nodes where they stand, coloured by category, and its edges. */

import { layerType } from "../../document/ports";
import { typeOf, writtenEdges } from "../../document/questions";
import { type Document, MAIN } from "../../document/types";
import { useCatalogue } from "../../stores/catalogueStore";
import { layerLook } from "../../ui/categories";

const WIDTH = 220;
const HEIGHT = 90;

export function Thumbnail({ document }: { readonly document: Document }) {
  const catalogue = useCatalogue((state) => state.catalogue);
  const id = document.training?.model ?? MAIN;
  const model = document.models[id];
  const positions = document.view?.[id]?.nodes ?? {};
  const points = Object.entries(positions).filter(([node]) => model !== undefined && node in model.nodes);
  if (model === undefined || points.length === 0)
    return <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="thumbnail" aria-hidden />;
  const box = {
    left: Math.min(...points.map(([, [x]]) => x)),
    right: Math.max(...points.map(([, [x]]) => x + 200)),
    top: Math.min(...points.map(([, [, y]]) => y)),
    bottom: Math.max(...points.map(([, [, y]]) => y + 90)),
  };
  const pad = 30;
  const viewBox = `${box.left - pad} ${box.top - pad} ${box.right - box.left + 2 * pad} ${box.bottom - box.top + 2 * pad}`;
  const at = (node: string) => positions[node];
  return (
    <svg viewBox={viewBox} className="thumbnail" aria-hidden>
      {writtenEdges(model).map(({ source, target, targetPort, index }) => {
        const from = at(source);
        const to = at(target);
        if (from === undefined || to === undefined) return null;
        const [x1, y1] = [from[0] + 200, from[1] + 45];
        const [x2, y2] = [to[0], to[1] + 45];
        const bend = Math.max(40, (x2 - x1) / 2);
        return (
          <path
            key={`${source} ${target} ${targetPort} ${index}`}
            d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
            className="thumbnail-edge"
          />
        );
      })}
      {points.map(([node, [x, y]]) => {
        const type = typeOf(model, node);
        const { color } = layerLook(type, layerType(catalogue, type)?.category ?? "core");
        return (
          <g key={node}>
            <rect x={x} y={y} width={200} height={90} rx={14} className="thumbnail-node" />
            <rect x={x} y={y} width={16} height={90} rx={8} fill={color} />
          </g>
        );
      })}
    </svg>
  );
}
