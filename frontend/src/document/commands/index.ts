/** Every change of a document, by name. A gesture is one command; `run(addLayerNode({…}))`. */

export { batch, type Command, type Outcome, type Refusal } from "../command";
export { copyNodes, duplicateNodes, paste } from "./copies";
export { type Connect, connect, disconnect, type PortPlace, refusalOfEdge, reorderEdge } from "./edges";
export { groupIntoModel } from "./groups";
export { addLayer, changeLayerType, setConfig, wrapNewLayer } from "./layers";
export { addModel, deleteModel, renameModel, replaceDocument } from "./models";
export {
  type AddLayerNode,
  addLayerNode,
  arrange,
  callAgain,
  deleteNodes,
  makeIndependent,
  moveNodes,
  renameLayer,
  renameNode,
  setLabel,
} from "./nodes";
export {
  bindColumn,
  setData,
  setFit,
  setName,
  setOptimizer,
  setOutputTrained,
  setOutputTraining,
  setSampleWeights,
  setSplit,
  setTraining,
} from "./training";
