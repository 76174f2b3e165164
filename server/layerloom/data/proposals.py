"""A first binding for a model and a data set, by names and shapes: what the page fills in when a set is
chosen.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from pydantic import JsonValue

from layerloom.data.arrangement import Arrangement, arrange
from layerloom.data.choice import Choice
from layerloom.data.dataset import Column, Dataset
from layerloom.data.end import End
from layerloom.data.losses import family
from layerloom.document import DataBinding
from layerloom.tensors import TensorSpec

_TARGET_KINDS = {"category": 3, "integer": 2, "number": 1, "tensor": 0, "text": -1}


def propose(
    dataset: Dataset,
    inputs: Mapping[str, TensorSpec],
    outputs: Mapping[str, TensorSpec],
    losses: Mapping[str, str] | None = None,
) -> DataBinding:
    """Columns that fit, each used once; an input or output that nothing fits is left out.

    Targets choose first, then inputs; equal names before similar names before equal shapes. An Input of k
    numbers that no column fits gets the k number columns that are left.
    """
    losses = losses or {}
    targets = [End(name, spec, "target", family(losses.get(name))) for name, spec in outputs.items()]
    sources = [End(name, spec, "input") for name, spec in inputs.items()]
    free = [column for column in dataset.columns if column.kind != "text" and not column.missing]
    reserved = {end.id for end in sources}
    chosen: dict[str, str] = {}
    for ends in (targets, sources):
        pool = [column for column in free if column.name not in reserved] if ends is targets else free
        for end in _named_first(ends, pool):
            column = _best(end, pool)
            if column is not None:
                chosen[end.id] = column.name
                pool = [item for item in pool if item is not column]
                free = [item for item in free if item is not column]
    taken = [column for column in dataset.columns if column.name in {chosen.get(end.id) for end in targets}]
    for end in targets:
        column = None if end.id in chosen else _best(end, taken)
        if column is not None:
            chosen[end.id] = column.name
    bound: dict[str, JsonValue] = {end.id: chosen[end.id] for end in sources if end.id in chosen}
    for end in sources:
        if end.id not in bound and (stack := _stack(end, free)):
            bound[end.id] = [column.name for column in stack]
            free = [column for column in free if column not in stack]
    wanted: dict[str, JsonValue] = {end.id: chosen[end.id] for end in targets if end.id in chosen}
    return DataBinding(dataset=dataset.id, inputs=bound, targets=wanted)


def _named_first(ends: Sequence[End], columns: Sequence[Column]) -> list[End]:
    """Those whose best column has the most similar name choose first."""
    best = {end.id: max((likeness(end, column) for column in columns), default=0.0) for end in ends}
    return sorted(ends, key=lambda end: -best[end.id])


def _best(end: End, columns: Sequence[Column]) -> Column | None:
    fitting = [column for column in columns if _fits((column,), end)]
    if not fitting:
        return None
    order = {column.name: place for place, column in enumerate(columns)}
    kinds = _TARGET_KINDS if end.role == "target" else {}
    return max(fitting, key=lambda item: (likeness(end, item), kinds.get(item.kind, 0), -order[item.name]))


def _fits(columns: Sequence[Column], end: End) -> bool:
    names = tuple(column.name for column in columns)
    arranged: Arrangement = arrange(Choice(columns=names, is_list=len(names) > 1), columns, end)
    return not arranged.problems


def _stack(end: End, columns: Sequence[Column]) -> tuple[Column, ...]:
    """All scalar columns that are left, if together they are what the Input takes."""
    numbers = tuple(column for column in columns if column.is_scalar and column.kind in ("number", "integer"))
    for candidate in (numbers, tuple(column for column in columns if column.is_scalar)):
        if candidate and _fits(candidate, end):
            return candidate
    return ()


def likeness(end: End, column: Column) -> float:
    """1 for equal names, 0 below a half: chance likeness must not win over order and kind."""
    a, b = end.id.lower().strip("_"), column.name.lower().strip("_")
    if a == b:
        return 1.0
    ratio = SequenceMatcher(None, a, b).ratio()
    return ratio if ratio >= 0.6 else 0.0
