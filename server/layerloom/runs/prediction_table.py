"""Predictions as a table: a row for each row that went in, a column or some for each output."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from layerloom.data.table import Array
from layerloom.runs.meaning import Meaning
from layerloom.training.reports.listed import listed

Columns = dict[str, list[Any]]  # Any: text or numbers, None where a number is not finite


def columns(outputs: Mapping[str, Array], meanings: Mapping[str, Meaning]) -> Columns:
    """By heading: of classes their name, then the probability of each; of numbers those in the column's unit.

    What has more numbers than one for each row has a column for each, `image[3]`, in the order of its last axis.
    """
    found: Columns = {}
    for name, array in outputs.items():
        meant = meanings[name]
        if meant.kind == "classes" and array.ndim == 2:
            found[name] = meant.decoded(array)
            shares = meant.probabilities(array)
            for place, label in enumerate(meant.labels or range(array.shape[1])):
                found[f"{name}: {label}"] = listed(shares[:, place])
        elif meant.kind == "binary" and array.ndim == 2 and array.shape[1] == 1:
            found[name] = meant.decoded(array)
            found[f"{name}: {(meant.labels or ['0', '1'])[1]}"] = listed(meant.probabilities(array)[:, 0])
        else:
            found |= _numbers(name, meant.in_units(array) if meant.kind == "number" else array, meant)
    return found


def lines(table: Columns) -> Iterator[list[Any]]:  # Any: cells
    """The rows of the table, as a writer of CSV takes them."""
    yield from ([*cells] for cells in zip(*table.values(), strict=True))


def _numbers(name: str, array: Array, meant: Meaning) -> Columns:
    flat = np.asarray(array).reshape(len(array), -1)
    count = flat.shape[1]
    if count == 1:
        return {name: listed(flat[:, 0])}
    state = meant.encoder
    named = state is not None and meant.kind == "number" and len(state.columns) == count
    headings = (
        [f"{name}: {item.column}" for item in state.columns]
        if named and state is not None
        else [f"{name}[{place}]" for place in range(count)]
    )
    return {heading: listed(flat[:, place]) for place, heading in enumerate(headings)}
