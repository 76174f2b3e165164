"""A whole proposal for a data set: what is bound, what shapes the Inputs need, and what suits each target."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from layerloom.data.dataset import Column, Dataset
from layerloom.data.end import End
from layerloom.data.fitting_inputs import fit_inputs
from layerloom.data.proposals import likeness
from layerloom.document import DataBinding, Split
from layerloom.tensors import TensorSpec

_TARGET_NAMES = ("target", "label", "class", "y", "outcome", "diagnosis", "species", "quality", "price")
_MOST_CLASSES = 20
_TOKENS = 10_000
_PARTS = {"train", "training", "validation", "valid", "val", "dev", "test", "testing"}


class ProposedInput(BaseModel):
    """What an Input needs so that it takes its columns."""

    model_config = ConfigDict(frozen=True)

    shape: list[int | None] = Field(description="Without the batch, as in the Input's config.")
    dtype: str


class ProposedOutput(BaseModel):
    """What suits the target of an Output."""

    model_config = ConfigDict(frozen=True)

    loss: str
    metrics: list[str]
    units: int | None = Field(description="Of the layer before the Output; null: as it is.")
    activation: str = Field(description="Of the layer before the Output.")


class Proposal(BaseModel):
    """All that makes a model and a data set fit each other."""

    model_config = ConfigDict(frozen=True)

    data: DataBinding
    inputs: dict[str, ProposedInput] = Field(description="By Input id.")
    outputs: dict[str, ProposedOutput] = Field(description="By Output id.")
    notes: list[str] = Field(description="What a person should know, in words.")


def suit(
    dataset: Dataset,
    inputs: Mapping[str, TensorSpec],
    outputs: Sequence[str],
    current: DataBinding | None = None,
) -> Proposal:
    """Targets that `current` binds to columns of this set stay; the other targets choose next, then the Inputs.

    A column chosen as target is no input, unless an Input bears its name.
    """
    if not dataset.columns:
        own: dict[str, JsonValue] = {name: name for name in inputs}
        data = DataBinding(dataset=dataset.id, inputs=own, targets={name: name for name in outputs})
        return Proposal(data=data, inputs={}, outputs={}, notes=["This set makes rows to fit any model."])
    notes: list[str] = []
    splitter = next((column for column in dataset.columns if _is_splitter(column)), None)
    columns = [column for column in dataset.columns if column is not splitter]
    targets: dict[str, JsonValue] = {}
    suited: dict[str, ProposedOutput] = {}
    taken: list[Column] = []
    for output in outputs:
        column = _target(output, columns, taken, set(inputs), current)
        if column is None:
            notes.append(f"No column is left for Output `{output}`.")
            continue
        taken.append(column)
        targets[output], suited[output] = _suited(column, notes)
    free = [column for column in columns if column not in taken or column.name in inputs]
    found = fit_inputs(inputs, free)
    split = current.split if current is not None and current.dataset == dataset.id else None
    if split is None and splitter is not None:
        split = Split(by="column", column=splitter.name)
        notes.append(f"The rows are split by `{splitter.name}`.")
    bound: dict[str, JsonValue] = {name: item.value for name, item in found.found.items()}
    data = DataBinding(dataset=dataset.id, inputs=bound, targets=targets)
    if split is not None:
        data = DataBinding(dataset=dataset.id, inputs=bound, targets=targets, split=split)
    shapes = {name: ProposedInput(shape=item.shape, dtype=item.dtype) for name, item in found.found.items()}
    return Proposal(data=data, inputs=shapes, outputs=suited, notes=[*notes, *found.notes])


def _is_splitter(column: Column) -> bool:
    labels = {str(label).strip().lower() for label in column.classes or ()}
    return column.kind == "category" and len(labels) > 1 and labels <= _PARTS and not column.missing


def _target(
    output: str,
    columns: Sequence[Column],
    taken: Sequence[Column],
    inputs: set[str],
    current: DataBinding | None,
) -> Column | None:
    """The one that is bound, else one of a like name, else one that is called a target, else the last that fits."""
    bound = current.targets.get(output) if current is not None else None
    name = bound.get("columns") if isinstance(bound, dict) else bound
    chosen = next((column for column in columns if column.name == name), None)
    if chosen is not None:
        return chosen
    free = [
        column
        for column in columns
        if column not in taken and column.name not in inputs and column.kind not in ("image", "audio", "time")
    ]
    end = End(output, TensorSpec((None, 1)), "target")
    place = {column.name: number for number, column in enumerate(columns)}

    def suits(column: Column) -> tuple[float, bool, int, int]:
        is_called_so = column.name.lower().strip("_ ") in _TARGET_NAMES
        rank = 2 if _classes(column) else 1 if column.is_scalar and column.kind != "text" else 0
        return likeness(end, column), is_called_so, rank, place[column.name]

    return max(free, key=suits, default=None)


def _classes(column: Column) -> int | None:
    """How many classes, where the values are classes: few whole numbers without a gap count as such."""
    if column.kind == "category":
        return len(column.classes or ())
    if column.kind != "integer" or not column.classes or len(column.classes) > _MOST_CLASSES:
        return None
    numbers = sorted(int(label) for label in column.classes)
    is_counted = numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return len(numbers) if is_counted or len(numbers) == 2 else None


def _suited(column: Column, notes: list[str]) -> tuple[JsonValue, ProposedOutput]:
    classes = _classes(column)
    if column.missing:
        notes.append(
            f"Target `{column.name}` has no value in {column.missing} rows; leave them out of the file."
        )
    if classes is not None:
        counts_from_zero = (
            column.kind == "category" or min(int(label) for label in column.classes or (0,)) == 0
        )
        is_plain = column.kind == "category" or (
            counts_from_zero and max(map(int, column.classes or (0,))) < classes
        )
        value: JsonValue = column.name if is_plain else {"columns": column.name, "encoder": {"type": "index"}}
        if classes == 2:
            return value, ProposedOutput(
                loss="binary_crossentropy", metrics=["accuracy"], units=1, activation="sigmoid"
            )
        return value, ProposedOutput(
            loss="sparse_categorical_crossentropy", metrics=["accuracy"], units=classes, activation="softmax"
        )
    if column.kind == "text":
        notes.append(f"Target `{column.name}` is text: the model gives a token for each step of a sequence.")
        encoded: JsonValue = {"columns": column.name, "encoder": {"type": "tokenize"}}
        return encoded, ProposedOutput(
            loss="sparse_categorical_crossentropy", metrics=["accuracy"], units=_TOKENS, activation="softmax"
        )
    regression = ProposedOutput(
        loss="mean_squared_error",
        metrics=["mean_absolute_error"],
        units=column.shape[-1] if column.shape else 1,
        activation="linear",
    )
    if not column.is_scalar:
        return column.name, regression
    return {"columns": column.name, "encoder": {"type": "standardize"}}, regression
