"""Labels against the loss and the units of an output, as far as the description of the data tells."""

from collections.abc import Sequence

from layerloom.data.dataset import Column
from layerloom.data.end import End
from layerloom.problems import Problem


def label_problems(column: Column, encoder: str, end: End) -> list[Problem]:
    """Classes against the output's units and its loss, as far as the description of the data tells."""
    if end.role == "input" or column.classes is None:
        return []
    count, units = len(column.classes), end.units
    if end.takes_classes and units is not None:
        numbers = range(count) if encoder == "index" else [int(label) for label in column.classes]
        low, high = min(numbers, default=0), max(numbers, default=0)
        if low < 0 or high >= units:
            return [outside(column.name, low, high, units, end)]
    if end.family == "binary" and end.wanted in ((1,), ()):
        allowed = count <= 2 and (
            column.kind == "category" or encoder == "index" or set(column.classes) <= {0, 1}
        )
        if not allowed:
            return [not_binary(column.name, column.classes, end)]
    if (
        encoder == "index"
        and end.family in ("regression", "unknown")
        and count > 2
        and any(isinstance(label, str) for label in column.classes)
    ):
        return [end.problem(
            "column.kind",
            f"Column `{column.name}` has {count} classes without an order; {end.title} gives one number.",
            f"Give the layer before {end.title} {count} units, and the loss categorical_crossentropy.",
        )]  # fmt: skip
    return []


def outside(name: str, low: int, high: int, units: int, end: End) -> Problem:
    bad = low if low < 0 else high
    hint = f"Give the layer before {end.title} {high + 1} units" if low >= 0 else "Choose another column"
    return end.problem(
        "label.outside",
        f"Column `{name}` has labels from {low} to {high}; {end.title} has {units} values, so its classes "
        f"are 0 to {units - 1}, and {bad} is none of them.",
        f'{hint}, or number the classes anew with the encoder {{"type": "index"}}.',
    )


def not_binary(name: str, values: Sequence[object], end: End) -> Problem:
    shown = ", ".join(map(str, values[:5])) + (", …" if len(values) > 5 else "")
    return end.problem(
        "label.not_binary",
        f"The loss of {end.title} tells 0 from 1; column `{name}` has the values {shown}.",
        'Choose a column of two classes, use the encoder {"type": "index"} if there are two, or take the '
        "loss sparse_categorical_crossentropy with one unit for each class.",
    )
