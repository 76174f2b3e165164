"""A document → a Keras model's JSON, which real Keras loads, and the tree that a weights file goes by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layerloom.document import Document, Limits
from layerloom.exchange.keras.compiled import write_compile
from layerloom.exchange.keras.graph import Graph
from layerloom.exchange.keras.names import identifier
from layerloom.exchange.keras.serialization import model_entry, model_json, tree_of
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.exchange.keras.write_graph import GraphWriter
from layerloom.graph.infer import Inferred, infer
from layerloom.graph.resolve import resolve
from layerloom.problems import Problem, ProblemError, errors


@dataclass(frozen=True, slots=True)
class WrittenModel:
    """A model's JSON as Keras' `to_json` gives it, its layers in that order, and what Keras has no form for."""

    config: dict[str, Any]  # Any: JSON
    tree: SavedLayer
    problems: tuple[Problem, ...]
    graph: Graph


def write_model(document: Document, model: str | None = None, limits: Limits | None = None) -> WrittenModel:
    """The model that is trained, or the one named, for Keras.

    Raises:
        ProblemError: The document has errors, or something that Keras can't do.
    """
    model = model or (document.training.model if document.training else "main")
    inferred = infer(resolve(document, limits))
    wrong = errors(inferred.problems)
    if model not in inferred.models:
        wrong.append(Problem(code="model.unknown", message=f"There is no model `{model}`.", hint="Name one."))
    elif not inferred.resolved.models[model].outputs or not inferred.resolved.models[model].inputs:
        wrong.append(
            Problem(
                code="export.keras",
                message=f"The model `{model}` has no Input or no Output; Keras needs both.",
                hint="Add what is missing, and connect it.",
                model=model,
            )
        )
    if wrong:
        raise ProblemError(*wrong)
    writer = _Writer(inferred)
    graph = writer.graph(model, _model_name(document.name), False, is_main=True)
    config = model_json(graph)
    training = document.training
    if training is not None and training.model == model:
        config["compile_config"] = write_compile(training, graph, inferred.resolved.models[model].outputs)
    tree = SavedLayer(model_entry(graph).class_name, graph.name, "", layers=tree_of(graph))
    return WrittenModel(config, tree, tuple(writer.problems), graph)


@dataclass(slots=True)
class _Writer:
    inferred: Inferred
    problems: list[Problem]

    def __init__(self, inferred: Inferred) -> None:
        self.inferred, self.problems = inferred, []

    def graph(self, model_id: str, name: str, is_frozen: bool, is_main: bool = False) -> Graph:
        """One definition; `resolve` limits how deep models lie in models."""
        writer = GraphWriter(self.inferred, model_id, name, is_main, is_frozen, self.graph)
        graph = writer.write()
        self.problems += [each for each in writer.problems if each not in self.problems]
        if not is_main and model_id != identifier(name):
            graph.extras = {**graph.extras, "model": model_id}
        return graph


def _model_name(name: str) -> str:
    """Keras wants no slash in a name."""
    return name.replace("/", "_") or "model"


Config = Mapping[str, Any]
