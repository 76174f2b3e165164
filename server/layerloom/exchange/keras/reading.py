"""A Keras model's JSON → a document: architecture, training section, positions. Nothing that the file names is
imported or run; what has no counterpart stays in the document as an unknown layer, with a problem that names it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from layerloom.document import Document, Limits, Model, Training, to_text
from layerloom.exchange.keras.arguments import invalid
from layerloom.exchange.keras.compiled import read_compile
from layerloom.exchange.keras.graph import Entry, Graph
from layerloom.exchange.keras.names import Names, identifier
from layerloom.exchange.keras.parsing import parse
from layerloom.exchange.keras.read_graph import MAIN, GraphReader, ReadGraph
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.problems import Problem, Severity


@dataclass(frozen=True, slots=True)
class ReadModel:
    """What a model's JSON gives. `tree` has its layers in Keras' order, for a weights file."""

    document: Document
    tree: SavedLayer
    problems: tuple[Problem, ...]


def read_model(
    config: Mapping[str, object], name: str | None = None, limits: Limits | None = None
) -> ReadModel:
    """The document of a saved model: `model.to_json()` read as JSON, or a `.keras` file's `config.json`.

    Raises:
        ProblemError: `import.…`: it is no model that can be read. What is wrong with single layers comes back as
            problems.
    """
    try:
        return _read(config, name, limits or Limits())
    except ValidationError as error:  # an id, a type or a number that no document holds
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise invalid(f"`{place[:120]}`: {first['msg'][:200]}") from None


def _read(config: Mapping[str, object], name: str | None, limits: Limits) -> ReadModel:
    graph = parse(config, limits)
    reader = _Reader(limits)
    read = reader.graph(graph, MAIN, ())
    reader.models[MAIN] = read.model
    reader.view[MAIN] = {"nodes": read.places}
    compile_config = config.get("compile_config")
    training: Training | None = None
    if isinstance(compile_config, Mapping) and compile_config:
        training, problems = read_compile(compile_config, read)
        reader.problems += problems
    class_name = config.get("class_name")
    document = Document(
        name=(name or graph.name)[:200],
        models=reader.models,
        view=reader.view,
        **({"training": training} if training else {}),
    )
    tree = SavedLayer(
        class_name if isinstance(class_name, str) else graph.kind, graph.name, "", layers=read.tree
    )
    return ReadModel(document, tree, tuple(reader.problems))


@dataclass(slots=True)
class _Reader:
    """Models of one file. A model in a model is a definition of the document; equal ones are one definition."""

    limits: Limits
    models: dict[str, Model] = field(default_factory=dict)
    view: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    names: Names = field(default_factory=lambda: Names((MAIN,)))
    by_content: dict[str, tuple[str, ReadGraph]] = field(default_factory=dict)

    def graph(self, graph: Graph, model_id: str, around: tuple[Graph, ...]) -> ReadGraph:
        """One model with all that it holds. `parse` limits how deep models lie in models."""
        self._tell_of_shared(graph, around)

        def define(entry: Entry, model: Graph) -> tuple[str, ReadGraph]:
            return self._definition(entry, model, (*around, graph))

        read = GraphReader(graph, model_id, define, self.models, self.limits).read()
        self.problems += read.problems
        return read

    def _definition(self, entry: Entry, graph: Graph, around: tuple[Graph, ...]) -> tuple[str, ReadGraph]:
        wanted = graph.extras.get("model")
        model_id = self.names.give(identifier(wanted if isinstance(wanted, str) else entry.name))
        told = len(self.problems)
        read = self.graph(graph, model_id, around)
        content = to_text(Document(models={"model": read.model}))
        known = self.by_content.get(content)
        if known is not None and (not isinstance(wanted, str) or identifier(wanted) == known[0]):
            self.names.taken.discard(model_id)
            del self.problems[told:]
            return known[0], replace(known[1], tree=read.tree)
        self.by_content.setdefault(content, (model_id, read))
        self.models[model_id] = read.model
        self.view[model_id] = {"nodes": read.places}
        return model_id, read

    def _tell_of_shared(self, graph: Graph, around: tuple[Graph, ...]) -> None:
        """Keras writes a layer that a model and a model around it share twice: they are two layers from then on."""
        for outer in around:
            for name, entry in graph.entries.items():
                other = outer.entries.get(name)
                if (
                    other is not None
                    and not (entry.is_input or entry.is_operation or other.is_input or entry.model)
                    and (other.class_name, other.config) == (entry.class_name, entry.config)
                ):
                    self.problems.append(
                        Problem(
                            code="import.shared_layer",
                            severity=Severity.WARNING,
                            message=f"The layer `{name}` stands in `{outer.name}` and in `{graph.name}`, which lies in "
                            "it. Keras' file has it twice, so that these are two layers here, each with its own "
                            "weights.",
                            hint="Where one set of weights is meant, call the inner model again instead.",
                        )
                    )
