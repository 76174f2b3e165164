"""Which columns go to which Input when the Inputs may be given other shapes, and what shapes those are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from layerloom.data.arrangement import arrange, row_shape
from layerloom.data.choice import Choice, parse
from layerloom.data.dataset import Column
from layerloom.data.end import End
from layerloom.data.proposals import likeness
from layerloom.tensors import TensorSpec

_SPECIAL = ("image", "audio", "tensor", "text")
"""Kinds that have an Input of their own, those first that are most likely what a set is about."""
_MOST_PIXELS = 128
_SMALL = 64
_TOKENS = 64
_SAMPLES = 16_000
_MOST_CLASSES = 50
_SEVERAL = 2
_NUMBERS_OF_ROWS = ("id", "index", "row", "row_id", "uuid", "unnamed: 0")


@dataclass(frozen=True, slots=True)
class FittedInput:
    """What an Input is bound to, and the shape and dtype that it then needs."""

    value: JsonValue
    shape: list[int | None]
    dtype: str


@dataclass(slots=True)
class Inputs:
    """What was found so far, and what has to be said about it."""

    found: dict[str, FittedInput] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def fit_inputs(specs: Mapping[str, TensorSpec], columns: Sequence[Column]) -> Inputs:
    """A binding for each Input: a column of its name, else an image, sound, tensor or text, else all scalars that
    are left.

    An Input that can take a column as it is keeps its shape.
    """
    result = Inputs()
    free = [column for column in columns if _is_usable(column, result.notes)]
    ends = [End(name, spec, "input") for name, spec in specs.items()]
    scores = sorted(((_alike(end, column), end.id, column) for end in ends for column in free), key=_score)
    for score, name, column in scores:
        if score and name not in result.found and column in free:
            result.found[name] = _one(_end(ends, name), column)
            free.remove(column)
    waiting = [end for end in ends if end.id not in result.found]
    for number, end in enumerate(waiting):
        left = len(waiting) - number
        special = _special(end, free, left)
        if special is not None:
            result.found[end.id] = _one(end, special)
            free.remove(special)
            continue
        stack = _stack(free, left)
        if stack:
            result.found[end.id] = _one(end, stack[0]) if len(stack) == 1 else _several(end, stack)
            free = [item for item in free if item not in stack]
        else:
            result.notes.append(f"No column is left for Input `{end.id}`.")
    if free and ends:
        listed = ", ".join(f"`{column.name}`" for column in free[:8]) + (", …" if len(free) > 8 else "")
        result.notes.append(f"Not used: {listed}.")
    return result


def _score(item: tuple[float, str, Column]) -> float:
    return -item[0]


def _alike(end: End, column: Column) -> float:
    """How alike the names are; other names than its own count only for an Input of the column's rank."""
    score = likeness(end, column)
    return score if score == 1 or _rank(column) == end.spec.rank - 1 else 0.0


def _rank(column: Column) -> int:
    """Axes of a row once it is encoded."""
    return {"image": 3, "audio": 2, "tensor": len(column.shape)}.get(column.kind, 1)


def _end(ends: Sequence[End], name: str) -> End:
    return next(end for end in ends if end.id == name)


def _is_usable(column: Column, notes: list[str]) -> bool:
    if column.kind == "category" and len(column.classes or ()) > _MOST_CLASSES:
        notes.append(f"Column `{column.name}` has {len(column.classes or ())} classes; bind it with `index`.")
        return False
    if column.name.lower().strip("_ ") in _NUMBERS_OF_ROWS and column.kind in ("integer", "text", "category"):
        notes.append(f"Column `{column.name}` numbers the rows; nothing is to be learned from it.")
        return False
    return True


def _special(end: End, free: Sequence[Column], left: int) -> Column | None:
    """An image, sound or tensor; a text where there are no numbers to learn from. Of several Inputs each takes what has
    its rank, if there is such a column."""
    scalars = [
        column for column in free if column.is_scalar and column.kind not in ("text", "image", "audio")
    ]
    candidates = [column for column in free if column.kind in _SPECIAL]
    if left == 1 and len(scalars) >= _SEVERAL:
        candidates = [column for column in candidates if column.kind != "text"]
    rank = end.spec.rank - 1 if left > 1 else None

    def suits(column: Column) -> tuple[bool, int]:
        return _rank(column) == rank, -_SPECIAL.index(column.kind)

    return max(candidates, key=suits, default=None)


def _stack(free: Sequence[Column], left: int) -> list[Column]:
    """All scalars that are left; where several Inputs wait, numbers and categories go to Inputs of their own."""
    scalars = [
        column for column in free if column.is_scalar and column.kind not in ("text", "image", "audio")
    ]
    numbers = [column for column in scalars if column.kind != "category"]
    return scalars if left == 1 or not numbers or len(numbers) == len(scalars) else numbers


def _one(end: End, column: Column) -> FittedInput:
    """One column, encoded as its kind asks for."""
    missing: dict[str, JsonValue] = {"missing": _stand_in(column)} if column.missing else {}
    wants_integers = end.takes_integers
    match column.kind:
        case "image":
            return _image(end, column)
        case "audio":
            length = end.spec.shape[1] if end.spec.rank == 3 else None
            length = length or (column.shape[0] if column.shape else _SAMPLES)
            return FittedInput(_encoded(column.name, "audio", {"length": length}), [length, 1], "float32")
        case "text":
            length = (end.spec.shape[1] if end.spec.rank == 2 and wants_integers else None) or _TOKENS
            return FittedInput(_encoded(column.name, "tokenize", {"length": length}), [length], "int32")
        case "tensor":
            return FittedInput(column.name, list(column.shape), _tensor_dtype(end, column))
        case "category":
            encoder = "index" if wants_integers else "one-hot"
            shape: list[int | None] = [1 if wants_integers else len(column.classes or ())]
            return FittedInput(
                _encoded(column.name, encoder, missing),
                shape,
                end.spec.dtype if wants_integers else "float32",
            )
        case "integer" if wants_integers and not column.missing:
            return FittedInput(column.name, [1], end.spec.dtype)
    return FittedInput(_encoded(column.name, "standardize", missing), [1], "float32")


def _several(end: End, columns: Sequence[Column]) -> FittedInput:
    """Scalars side by side: numbers standardized, categories one-hot."""
    names: list[JsonValue] = [column.name for column in columns]
    missing: dict[str, JsonValue] = {"missing": "median"} if any(column.missing for column in columns) else {}
    value = _encoded(names, "standardize", missing)
    if all(column.kind == "category" for column in columns):
        fill: dict[str, JsonValue] = {"missing": "most-frequent"} if missing else {}
        value = _encoded(names, "one-hot", fill)
    choice = parse(value, end.field)
    assert isinstance(choice, Choice)  # it was put together here
    widths = row_shape(arrange(choice, columns, _open(end)))
    return FittedInput(value, list(widths or (len(columns),)), "float32")


def _open(end: End) -> End:
    """The same Input, taking any number of features."""
    return End(end.id, TensorSpec((None, None)), "input")


def _image(end: End, column: Column) -> FittedInput:
    """The Input's own size where it takes images; else the image's, or a small one."""
    _, *sizes = end.spec.shape
    if len(sizes) == 3 and sizes[0] and sizes[1] and sizes[2] in (1, 3):
        return FittedInput(_encoded(column.name, "image", {}), list(sizes), "float32")
    height, width, channels = column.shape if len(column.shape) == 3 else (_SMALL, _SMALL, 3)
    if max(height, width) > _MOST_PIXELS:
        height, width = _SMALL, _SMALL
    channels = 1 if channels == 1 else 3
    config: dict[str, JsonValue] = {"height": height, "width": width, "channels": channels}
    return FittedInput(_encoded(column.name, "image", config), [height, width, channels], "float32")


def _tensor_dtype(end: End, column: Column) -> str:
    is_whole = column.dtype.startswith(("int", "uint", "bool"))
    return end.spec.dtype if not end.takes_integers or is_whole else "float32"


def _stand_in(column: Column) -> str:
    return "most-frequent" if column.kind == "category" else "median"


def _encoded(columns: JsonValue, encoder: str, config: dict[str, JsonValue]) -> JsonValue:
    chosen: dict[str, JsonValue] = {"type": encoder}
    if config:
        chosen["config"] = config
    return {"columns": columns, "encoder": chosen}
