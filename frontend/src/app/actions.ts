/** What the toolbar and the shortcuts do, each by one name. */

import { ApiProblems, api } from "../api/client";
import { canonicalText } from "../document/canonical";
import { fragmentFromText, fragmentToText } from "../document/clipboard";
import { batch, type Command } from "../document/command";
import {
  arrange,
  copyNodes,
  deleteNodes,
  disconnect,
  duplicateNodes,
  groupIntoModel,
  paste,
} from "../document/commands";
import { arrangeInWorker } from "../document/layoutInWorker";
import { edgesOf, portsOfNode, specOf } from "../document/ports";
import { type Document, FORMAT } from "../document/types";
import { NODE_WIDTH, nodeHeight } from "../features/canvas/scene/geometry";
import { t } from "../i18n";
import { useCheck } from "../stores/checkStore";
import { currentModel, currentPorts } from "../stores/derived";
import { openModel, useDocument } from "../stores/documentStore";
import { useImports } from "../stores/importStore";
import { notify } from "../stores/noticeStore";
import { useProjects } from "../stores/projectsStore";
import { useRun } from "../stores/runStore";
import { save } from "../stores/saving";
import { useSelection } from "../stores/selectionStore";
import { saveFile } from "../ui/saveFile";

const documentState = () => useDocument.getState();
const openModelId = () => openModel(documentState());

function runAndSelect(command: Command): void {
  const { created } = documentState().run(command);
  if (created?.length) useSelection.getState().select(created);
}

export function undo(): void {
  documentState().undo();
}

export function redo(): void {
  documentState().redo();
}

export function selectAll(): void {
  useSelection.getState().select(Object.keys(currentModel().nodes));
}

export function deleteSelection(): void {
  const model = openModelId();
  const { nodes, edges } = useSelection.getState();
  const chosen = edgesOf(currentModel(), currentPorts()).filter(({ id }) => edges.has(id));
  const commands = [
    ...(chosen.length > 0 ? [disconnect({ model, edges: chosen })] : []),
    ...(nodes.size > 0 ? [deleteNodes({ model, nodes: [...nodes] })] : []),
  ];
  if (commands.length === 0) return;
  const { refused } = documentState().run(commands.length === 1 ? commands[0]! : batch("delete", commands));
  if (!refused) useSelection.getState().clear();
}

export function duplicateSelection(): void {
  const { nodes } = useSelection.getState();
  if (nodes.size > 0) runAndSelect(duplicateNodes({ model: openModelId(), nodes: [...nodes] }));
}

/** The selection becomes a model, called where it stood. */
export function groupSelection(): void {
  const { check } = useCheck.getState();
  const model = openModelId();
  const { nodes } = useSelection.getState();
  runAndSelect(
    groupIntoModel(
      { model, nodes: [...nodes], name: "block" },
      { ports: currentPorts(), specOf: (node, port) => specOf(check, model, node, port) },
    ),
  );
}

/** The selection as text for the clipboard; null where no node is selected. */
export function selectionText(): string | null {
  const fragment = copyNodes(documentState().document, openModelId(), [...useSelection.getState().nodes]);
  return fragment && fragmentToText(fragment);
}

let pastes = 0;
let lastPasted = "";

/** Whether the text was a part of a model. Pasted again, it stands beside the paste before. */
export function pasteText(text: string): boolean {
  const fragment = fragmentFromText(text);
  if (!fragment) return false;
  pastes = text === lastPasted ? pastes + 1 : 1;
  lastPasted = text;
  runAndSelect(paste({ model: openModelId(), fragment, offset: [40 * pastes, 48 * pastes] }));
  return true;
}

export async function arrangeNodes(): Promise<void> {
  const model = currentModel();
  const id = openModelId();
  const ports = currentPorts();
  const places = documentState().document.view?.[id]?.nodes ?? {};
  const fromTop = Object.keys(model.nodes).sort((a, b) => (places[a]?.[1] ?? 0) - (places[b]?.[1] ?? 0));
  const nodes = fromTop.map((node) => ({
    id: node,
    width: NODE_WIDTH,
    height: nodeHeight(portsOfNode(model, node, ports)),
  }));
  if (nodes.length === 0) return;
  const edges = edgesOf(model, ports).map(({ source, target }) => ({
    source: source.node,
    target: target.node,
  }));
  const positions = await arrangeInWorker({ nodes, edges });
  if (currentModel() !== model) return;
  documentState().run(arrange({ model: id, positions }));
  useSelection.getState().requestFocus(id);
}

export async function train(): Promise<void> {
  const { checked, isChecking, problems } = useCheck.getState();
  const isCurrent = !isChecking && checked !== null;
  const errors = problems.filter(({ severity }) => severity === "error");
  if (isCurrent && errors.length > 0) {
    const [first] = errors;
    notify("warning", t("train.not_yet", { count: errors.length, first: first?.message ?? "" }));
    if (first?.node) {
      useSelection.getState().select([first.node]);
      useSelection.getState().requestFocus(first.model ?? openModelId(), [first.node]);
    }
    return;
  }
  await useRun.getState().start();
}

export async function saveNow(): Promise<void> {
  await save();
  const { saveState } = documentState();
  if (saveState === "saved") notify("success", t("save.saved"));
}

export function exportDocument(): void {
  const { document: current } = documentState();
  const blob = new Blob([canonicalText(current)], { type: "application/json" });
  const name = current.name.replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^-+|-+$/g, "");
  saveFile(blob, `${name || "model"}.json`);
}

/** A model becomes a project of its own, so that nothing that is open is lost; a model's JSON may bring its weights. */
export async function importFiles(files: readonly File[]): Promise<void> {
  const weights = files.length === 2 ? files.find(({ name }) => name.endsWith(".h5")) : undefined;
  const models = files.filter((file) => file !== weights);
  for (const file of models) await importFile(file, weights);
}

async function importFile(file: File, weights: File | undefined): Promise<void> {
  try {
    const own = file.name.endsWith(".json") ? documentFromText(await file.text()) : null;
    if (own) {
      await api.check(own);
      await useProjects.getState().createProject(own);
    } else {
      const { document, problems } = await api.importFile(file, weights);
      await useProjects.getState().createProject(named(document, file));
      if (problems.length > 1) {
        useImports.getState().tell({ file: file.name, isDone: true, problems });
        return;
      }
      for (const { message } of problems) notify("warning", message);
    }
    notify("success", t("import.done", { name: file.name }));
  } catch (error) {
    const problems = error instanceof ApiProblems ? error.problems : [];
    if (problems.length > 1) {
      useImports.getState().tell({ file: file.name, isDone: false, problems });
      return;
    }
    const [problem] = problems;
    const why = problem
      ? `${problem.message} ${problem.hint ?? ""}`
      : error instanceof Error
        ? error.message
        : String(error);
    notify("error", t("import.failed", { name: file.name, why }));
  }
}

/** A model that nobody gave a name, as Keras says by `functional_3`, is called like its file. */
function named(document: Document, file: File): Document {
  if (!/^(functional|sequential|model)(_\d+)?$/.test(document.name)) return document;
  const name = file.name.replace(/\.[^.]*$/, "").trim();
  return name === "" ? document : { ...document, name: name.slice(0, 200) };
}

function documentFromText(text: string): Document | null {
  try {
    const value: unknown = JSON.parse(text);
    const format = (value as Partial<Document> | null)?.format;
    return typeof format === "string" && format.startsWith(FORMAT.split("/")[0]!)
      ? (value as Document)
      : null;
  } catch {
    return null;
  }
}
