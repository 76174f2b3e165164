/** What is selected, in words: a node with its layer's config, an edge, several nodes, or the open model as a whole. */

import { t } from "../../i18n";
import { useOpenModel } from "../../stores/derived";
import { useSelection } from "../../stores/selectionStore";
import { Panel } from "../../ui/Panel";
import { EdgeInspector } from "./EdgeInspector";
import { ModelInspector } from "./ModelInspector";
import { NodeInspector } from "./NodeInspector";
import { SelectionInspector } from "./SelectionInspector";
import "../../ui/patterns.css";
import "./inspector.css";

export function Inspector() {
  const model = useOpenModel();
  const nodes = useSelection((state) => state.nodes);
  const edges = useSelection((state) => state.edges);
  const chosen = [...nodes].filter((id) => id in model.nodes);
  return (
    <Panel title={t("inspector.region")} isBare>
      <div className="inspector">
        {chosen.length === 1 ? (
          <NodeInspector key={chosen[0]} node={chosen[0]!} />
        ) : chosen.length > 1 ? (
          <SelectionInspector nodes={chosen} />
        ) : edges.size === 1 ? (
          <EdgeInspector edge={[...edges][0]!} />
        ) : (
          <ModelInspector />
        )}
      </div>
    </Panel>
  );
}
