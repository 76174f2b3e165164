"""The document: models, training and view, as the canvas, the API, the command line and the file on disk have it.

Plain data and its limits. What a layer's config means is not known here (see `layers`), nor what a graph
means (see `graph`); an unfinished document is valid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_serializer,
    model_validator,
)
from typing_extensions import TypeAliasType

from layerloom.problems import Problem, ProblemError

FORMAT: Final = "layerloom/1"

Identifier = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", min_length=1, max_length=64)
]
"""Becomes a name in generated code; free text goes into `label`."""

SourceText = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63})?$", max_length=129
    ),
]
"""`node` or `node.port`."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: Any) -> dict[str, Any]:  # Any: pydantic's handler has no public type
        return {
            key: value
            for key, value in handler(self).items()
            if key in self.model_fields_set or key in self._always_written()
        }

    @classmethod
    def _always_written(cls) -> frozenset[str]:
        return frozenset()


Structure = TypeAliasType(
    "Structure",
    "Identifier | list[Structure] | dict[Annotated[str, StringConstraints(min_length=1, max_length=200)], Structure]",
)
"""Ids of ends, nested as Keras' `Model(inputs=..., outputs=...)` has them: one, a list, a dict by any name."""


class Layer(_Part):
    """A layer type with its config; owns weights once built. `{"type": "LSTM", "config": {"units": 64}}`"""

    type: str = Field(min_length=1, max_length=128)
    config: dict[str, JsonValue] = Field(default_factory=dict)


class Node(_Part):
    """One call of one layer. `inputs` maps a port to an ordered list of sources."""

    layer: Identifier
    inputs: dict[Identifier, list[SourceText]] = Field(default_factory=dict)
    label: str | None = Field(default=None, max_length=200)


class Model(_Part):
    """A named graph, usable as a layer type.

    `inputs` and `outputs` give the order of its Input and Output nodes, and the structure in which Keras takes and
    gives them; ends that they do not name follow in the order of their ids. They never bring an end into being.
    `kind` is the class that Keras writes the model as, where its nodes are a chain.
    """

    layers: dict[Identifier, Layer] = Field(default_factory=dict)
    nodes: dict[Identifier, Node] = Field(default_factory=dict)
    label: str | None = Field(default=None, max_length=200)
    inputs: Structure | None = None
    outputs: Structure | None = None
    kind: Literal["Functional", "Sequential"] = "Functional"
    trainable: bool = True
    """Off: training leaves every weight of the model as it is."""


def from_keras(data: Any) -> Any:  # Any: what a document holds, in any state
    """Keras' saved form, `{"module": …, "class_name": "Adam", "config": {…}}`, with our keys; else as it is.

    A saved function, `{"class_name": "function", "config": "mean_squared_error"}`, becomes the type of its name.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("class_name"), str) or "type" in data:
        return data
    kind, config = data["class_name"], data.get("config")
    if kind == "function" and isinstance(config, str):
        return {"type": config, "config": {}}
    kept = {key: value for key, value in data.items() if key not in _SAVED_BY_KERAS}
    return {**kept, "type": kind.rpartition(">")[2], "config": {} if config is None else config}


_SAVED_BY_KERAS = ("module", "class_name", "registered_name", "build_config", "shared_object_id")


class Typed(_Part):
    """Something chosen by type with a config: an optimizer, a callback, a schedule. Keras' saved form is read."""

    type: str = Field(min_length=1, max_length=128)
    config: dict[str, JsonValue] = Field(default_factory=dict)

    _saved = model_validator(mode="before")(from_keras)


class Split(_Part):
    """How the rows of a data set are divided into those to train with, to validate with, and to test with.

    `validation` and `test` are shares of all rows. `order`: the last rows test, those before them validate; `random`:
    drawn by `seed`; `stratified`: drawn so that each value of `column` (else of the first target) has its share in
    each part; `column`: its values `train`, `validation` and `test` decide; `time`: sorted by `column`, the newest rows
    test.
    """

    by: Literal["order", "random", "stratified", "column", "time"] = "order"
    validation: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2
    test: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1
    column: Annotated[str, Field(max_length=200)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0


class DataBinding(_Part):
    """Which data set feeds the model: column by Input id, column by Output id.

    A column's name, a list of names, or `{"columns": …, "encoder": {"type": "standardize", "config": {…}}}`.
    `sample_weights` names a column that tells how much each row counts for an output. Without `split`, the last rows
    validate, as `fit.validation_split` says.
    """

    dataset: str = Field(default="", max_length=200)
    inputs: dict[Identifier, JsonValue] = Field(default_factory=dict)
    targets: dict[Identifier, JsonValue] = Field(default_factory=dict)
    sample_weights: dict[Identifier, Annotated[str, Field(max_length=200)]] = Field(default_factory=dict)
    split: Split | None = None


class OutputTraining(_Part):
    """How one output learns; keyed by the Output node's id."""

    loss: str | Typed | None = None
    loss_weight: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    metrics: list[str | Typed] = Field(default_factory=list, max_length=32)
    weighted_metrics: list[str | Typed] = Field(default_factory=list, max_length=32)


class Fit(_Part):
    """Arguments of `fit`, with Keras' names. `class_weight`: weight by class, by Output id; others weigh 1."""

    epochs: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    batch_size: Annotated[int, Field(ge=1, le=1_000_000)] = 32
    validation_split: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    shuffle: bool = True
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    callbacks: list[Typed] = Field(default_factory=list, max_length=64)
    class_weight: dict[Identifier, dict[int, Annotated[float, Field(ge=0.0, allow_inf_nan=False)]]] = Field(
        default_factory=dict
    )
    steps_per_epoch: Annotated[int, Field(ge=1)] | None = None
    validation_steps: Annotated[int, Field(ge=1)] | None = None
    validation_freq: Annotated[int, Field(ge=1)] = 1
    initial_epoch: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=0, description="Epochs that count as done: the first that is trained is the next one."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where to compute; auto: a CUDA card, else Apple's MPS, else the CPU."
    )
    precision: Literal["float32", "mixed_bfloat16"] = Field(
        default="float32", description="Keras' dtype policy of the layers that name none of their own."
    )
    time_limit_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None, description="The run ends after the step that takes it past this; pauses do not count."
    )
    watch_every: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="Every so many steps each layer is measured (`layers_measured`); null: never.",
    )


class Training(_Part):
    """What `compile` and `fit` are told. `outputs` and `inputs` may name a subset of the model's."""

    model: Identifier = "main"
    data: DataBinding | None = None
    optimizer: Typed | None = None
    outputs: dict[Identifier, OutputTraining] = Field(default_factory=dict)
    inputs: list[Identifier] | None = None
    weights: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Id of kept weights that training begins with; those that do not fit are drawn anew."""
    fit: Fit = Field(default_factory=Fit)


class Document(_Part):
    """The whole; canonical text by `to_text`."""

    format: Literal["layerloom/1"] = FORMAT
    name: str = Field(default="Untitled", max_length=200)
    models: dict[Identifier, Model] = Field(default_factory=dict)
    training: Training | None = None
    view: dict[str, JsonValue] = Field(default_factory=dict)

    @classmethod
    def _always_written(cls) -> frozenset[str]:
        return frozenset({"format", "name", "models"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may not exceed; each has a setting of the same name."""

    document_bytes: int = 4 * 1024 * 1024
    json_depth: int = 32
    nodes: int = 10_000
    edges: int = 50_000
    models: int = 256
    model_depth: int = 32
    expanded_nodes: int = 20_000
    weights: int = 500_000_000


def to_text(document: Document) -> str:
    """Canonical JSON: sorted keys, two spaces, final newline; the same document gives the same bytes."""
    data = document.model_dump(mode="json")
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(data, option=options).decode()


def flattened(structure: Structure | None) -> tuple[str, ...]:
    """Ids of a structure in Keras' order (`tree.flatten`: dicts by their sorted keys), each once."""
    found: dict[str, None] = {}
    waiting: list[Any] = [structure]  # Any: a part of the structure
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            found.setdefault(part)
        elif isinstance(part, Mapping):
            waiting += [part[key] for key in sorted(part, reverse=True)]
        elif part is not None:
            waiting += reversed(part)
    return tuple(found)


def split_source(source: str) -> tuple[str, str | None]:
    """`"encoder.state_h"` → `("encoder", "state_h")`; `"encoder"` → `("encoder", None)`."""
    node, _, port = source.partition(".")
    return node, port or None


def validated(data: Mapping[str, object]) -> Document:
    """A document of the current format from plain data.

    Raises:
        ProblemError: `document.invalid`, one for each place that is wrong, with its path in `field`.
    """
    try:
        return Document.model_validate(data)
    except ValidationError as error:
        raise ProblemError(*(_problem(item) for item in error.errors(include_url=False)[:50])) from None


def _problem(item: Any) -> Problem:  # Any: pydantic's ErrorDetails, whose `input` may be anything
    loc = [str(part) for part in item["loc"] if part != "[key]"]
    path = _short(".".join(loc), 200)
    place: dict[str, str] = {}
    if len(loc) >= 4 and loc[0] == "models" and loc[2] == "nodes":
        place = {"model": _short(loc[1], 64), "node": _short(loc[3], 64)}
    elif len(loc) >= 2 and loc[0] == "models":
        place = {"model": _short(loc[1], 64)}
    received = _short(repr(item.get("input")), 80)
    said, hint = (
        item["msg"],
        "Compare with an example from the gallery, or export a project to see the format.",
    )
    if item["type"] in ("string_pattern_mismatch", "string_too_short", "string_too_long"):
        pattern = item.get("ctx", {}).get("pattern", "")
        if item["loc"][-1] == "[key]" or "A-Za-z_" in pattern:
            said = "an id has 1 to 64 letters (a to z), digits and _, and does not begin with a digit"
            hint = "Write any text you like into the node's `label`; its id becomes a name in generated code."
            if r"\." in pattern:
                said, hint = "a source is `node` or `node.port`", "Name the node that this port reads."
    elif item["type"] == "extra_forbidden":
        said = "there is no such field"
        hint = "Take it out; the format has no room for it."
    return Problem(
        code="document.invalid",
        message=f"`{path or 'document'}`: {said}; received {received}.",
        hint=hint,
        field=path,
        **place,
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
