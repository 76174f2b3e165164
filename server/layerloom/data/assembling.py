"""The encoded rows of the parts of a split as what training is fed."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from layerloom.data.bound import BoundData
from layerloom.data.encoding import EncoderState
from layerloom.data.filling import Filled
from layerloom.data.samples import Windowing, gathered, windowing
from layerloom.data.split import Parts, Rows, count
from layerloom.data.table import Array


def assembled(filled: list[Filled], parts: Parts, states: Mapping[str, EncoderState]) -> BoundData:
    """Training with validation and test below it; windows are gathered within each part.

    Raises:
        ProblemError: `split.empty`: a part is shorter than a window.
    """
    how = windowing(states)
    training, validation, test = (
        _bound(part, rows, name, how)
        for part, (name, rows) in zip(filled, parts.named().items(), strict=True)
    )
    assert training is not None  # the split has seen to it
    return replace(training, validation=validation, test=test, encoders=dict(states))


def _bound(filled: Filled, rows: Rows, name: str, how: Windowing | None) -> BoundData | None:
    if not count(rows):
        return None
    numbers: Array = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    if how is not None:
        filled = gathered(filled, how, name, count(rows))
        numbers = how.following(numbers, how.samples(count(rows)))
    return BoundData(
        filled.inputs, filled.targets, sample_weight=filled.sample_weight or None, numbers=numbers
    )
