"""From the rows of a part to its samples: the rows themselves, or windows of them with the target that follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from layerloom.data.encoders.window import Windowed, windows
from layerloom.data.encoding import EncoderState
from layerloom.data.filling import Filled
from layerloom.data.scratch import ScaledBytes
from layerloom.data.table import Array
from layerloom.problems import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Windowing:
    """Which rows become a sample: `length` rows that end in row `length - 1 + i * stride`, and one for the target."""

    length: int
    horizon: int
    stride: int
    lengths: Mapping[str, int]
    """By Input id; others get the window's last row."""

    def samples(self, rows: int) -> int:
        return max(0, (rows - self.length - self.horizon) // self.stride + 1)

    def inputs(self, arrays: Mapping[str, Array], rows: int | None = None) -> dict[str, Array]:
        """Windows that end in the same row, as views. `rows`: samples that there are; by default all."""
        found = {}
        for name, array in arrays.items():
            length = self.lengths.get(name)
            if length is None:
                found[name] = some(array, slice(self.length - 1, None, self.stride), rows)
            else:
                found[name] = windows(array[self.length - length :], length, self.stride)[:rows]
        return found

    def following(self, array: Array, rows: int) -> Array:
        """What stands `horizon` rows after each window's last."""
        return array[self.length - 1 + self.horizon :: self.stride][:rows]


def some(array: Array, rows: slice, most: int | None = None) -> Array:
    """Rows of an array; bytes that stand for numbers stay bytes."""
    if isinstance(array, ScaledBytes):
        return cast(Array, array.part(rows).part(slice(most)))
    return array[rows][:most]


def windowing(states: Mapping[str, EncoderState]) -> Windowing | None:
    """How the rows become windows; None where each row is a sample."""
    return of_windows({name: state.window for name, state in states.items() if state.window is not None})


def of_windows(found: Mapping[str, Windowed | None]) -> Windowing | None:
    """Windows of one horizon and stride, as `check` has seen to."""
    known = {name: window for name, window in found.items() if window is not None}
    if not known:
        return None
    first = next(iter(known.values()))
    lengths = {name: window.length for name, window in known.items()}
    return Windowing(max(lengths.values()), first.horizon, first.stride, lengths)


def gathered(filled: Filled, how: Windowing, part: str, rows: int) -> Filled:
    """The windows of a part and what follows each.

    Raises:
        ProblemError: `split.empty`: the part has fewer rows than a window and its horizon need.
    """
    samples = how.samples(rows)
    if rows and not samples:
        raise ProblemError(
            Problem(
                code="split.empty",
                message=f"The {part} part has {rows} row{'s' if rows != 1 else ''}; a window of {how.length} rows "
                f"and a target {how.horizon} later need {how.length + how.horizon}.",
                hint="Take shorter windows, or change the split.",
                field="training.data.split",
            )
        )
    if not rows:
        return filled
    return Filled(
        how.inputs(filled.inputs, samples),
        _each(filled.targets, how, samples),
        _each(filled.sample_weight, how, samples),
    )


def _each(arrays: Mapping[str, Array], how: Windowing, samples: int) -> dict[str, Array]:
    return {name: how.following(array, samples) for name, array in arrays.items()}


def window_ends(states: Iterable[EncoderState]) -> int:
    """Rows that a prediction needs at least."""
    return max((state.window.length for state in states if state.window is not None), default=1)
