"""Encoded arrays against what an input or a loss can take, row by row, and in their final dtype."""

import numpy as np

from layerloom.data.encoding import EncoderState
from layerloom.data.end import End, matches, shown
from layerloom.data.labels import not_binary, outside
from layerloom.data.table import Array
from layerloom.problems import Problem

_DTYPES = {
    "float64": np.float64, "int32": np.int32, "int64": np.int64, "uint8": np.uint8, "bool": np.bool_,
}  # fmt: skip


def as_input(encoded: Array, end: End) -> Array:
    """In the dtype of the Input (half precisions as float32: the model casts), `(rows, …)`."""
    return np.ascontiguousarray(_squeezed(encoded, end), dtype=_DTYPES.get(end.spec.dtype, np.float32))


def as_target(encoded: Array, end: End) -> Array:
    """int64 class numbers for sparse cross-entropy, else float32."""
    return np.ascontiguousarray(_squeezed(encoded, end), dtype=np.int64 if end.takes_classes else np.float32)


def value_problems(
    encoded: Array, end: End, state: EncoderState, first: int = 0, window: int | None = None
) -> list[Problem]:
    """What only the rows tell: not finite, a class that the output doesn't have, not within 0..1.

    `first` is the number of the first row, `window` the rows of a window that these rows will be gathered into.
    """
    name = state.columns[0].column
    shape = encoded.shape[1:] if window is None else (window, *encoded.shape[1:])
    if not matches(shape, end.wanted):
        return [_unfit_shape(shape, end, state)]
    if encoded.dtype.kind == "f" and not np.isfinite(encoded).all():
        rows = np.flatnonzero(~np.isfinite(encoded.reshape(len(encoded), -1)).all(axis=1))
        return [end.problem(
            "column.missing_values",
            f"{end.title} gets no finite number in {len(rows)} rows; the first is row {first + rows[0] + 1}.",
            "Fill in or remove those rows.",
        )]  # fmt: skip
    if end.role == "input" or not len(encoded):
        return []
    if end.takes_classes:
        low, high = int(encoded.min()), int(encoded.max())
        if encoded.dtype.kind == "f" and (encoded != np.floor(encoded)).any():
            return [
                end.problem(
                    "label.fraction",
                    f"Column `{name}` has labels with fractions.",
                    "Choose a column of classes.",
                )
            ]
        if low < 0 or (end.units is not None and high >= end.units):
            return [outside(name, low, high, end.units or 0, end)]
    if end.family in ("binary", "categorical"):
        low_value, high_value = float(encoded.min()), float(encoded.max())
        if end.family == "binary" and end.wanted in ((1,), ()) and (low_value < 0 or high_value > 1):
            return [not_binary(name, [float(value) for value in np.unique(encoded)[:6]], end)]
        if low_value < 0 or high_value > 1:
            return [end.problem(
                "label.range",
                f"The targets of {end.title} reach from {low_value:g} to {high_value:g}; its loss takes 0 "
                "to 1.",
                'Scale them with the encoder {"type": "min-max"}, or take the loss mean_squared_error.',
            )]  # fmt: skip
    return []


def _unfit_shape(shape: tuple[int, ...], end: End, state: EncoderState) -> Problem:
    """A size that was open until the training rows were seen: values of a one-hot, the length of texts."""
    name = state.columns[0].column
    if state.columns[0].form == "one-hot":
        return end.problem(
            "column.shape",
            f"Column `{name}` has {shape[-1]} different values in the training rows; {end.title} has "
            f"{end.units} places.",
            f"Set the size of {end.title} to {shape[-1]}.",
        )
    return end.problem(
        "column.shape",
        f"Column `{name}` gives {shown(shape)} a row once it is encoded; {end.title} takes {shown(end.wanted)}.",
        f"Set the shape of {end.title} to {shown(shape, '[]')}, or the encoder's sizes to those of {end.title}.",
    )


def _squeezed(encoded: Array, end: End) -> Array:
    return encoded[:, 0] if end.wanted == () and encoded.ndim == 2 else encoded
