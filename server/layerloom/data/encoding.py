"""Columns to arrays and back: fitted on training rows, kept as JSON, so that predictions encode new rows
alike.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from layerloom.data.dataset import Column, Label
from layerloom.data.table import Array, Table
from layerloom.problems import Problem, ProblemError

Form = Literal["values", "standardize", "min-max", "one-hot", "index"]


class ColumnEncoder(BaseModel):
    """One column's way into the model.

    `values`: as they are. `standardize` and `min-max`: `(x - shift) / scale`, one pair for a scalar, one for
    each place of a tensor's last axis. `one-hot` and `index`: the place of the value in `classes`.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    form: Form = "values"
    classes: tuple[Label, ...] | None = None
    holds_codes: bool = False
    """True for a category: its table holds places in `classes` already."""
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()

    def encode(self, values: Array) -> Array:
        """`(rows, …)` of the table → `(rows, features)` for scalars, `(rows, …)` unchanged in shape for
        tensors.

        Raises:
            ProblemError: `label.unknown` for a value that is not among the classes.
        """
        if self.form in ("standardize", "min-max"):
            shifted = (values.astype(np.float64) - self._spread(self.shift)) / self._spread(self.scale)
            return shifted[:, None] if values.ndim == 1 else shifted
        if self.form == "values":
            return values[:, None] if values.ndim == 1 else values
        places = self._places(values)
        if self.form == "index":
            return places[:, None]
        return np.eye(len(self.classes or ()), dtype=np.float32)[places]

    def decode(self, encoded: Array) -> Array:
        """A prediction back in the column's own unit; classes stay as they are."""
        if self.form in ("standardize", "min-max"):
            return encoded * self._spread(self.scale) + self._spread(self.shift)
        return encoded

    def _spread(self, numbers: tuple[float, ...]) -> Array:
        return np.asarray(numbers if len(numbers) != 1 else numbers[0], dtype=np.float64)

    def _places(self, values: Array) -> Array:
        classes = self.classes or ()
        if self.holds_codes:
            return values.astype(np.int64)
        known = np.asarray(classes)
        places = np.searchsorted(known, values)
        found = places < len(known)
        found[found] = known[places[found]] == values[found]
        if not found.all():
            row = int(np.flatnonzero(~found)[0])
            raise ProblemError(
                Problem(
                    code="label.unknown",
                    message=f"Column `{self.column}` has the value {values[row]} in row {row + 1}, which "
                    f"none of the {len(classes)} values of the training rows equals.",
                    hint="Shuffle the file's rows, or take a smaller validation split.",
                )
            )
        return places.astype(np.int64)


class EncoderState(BaseModel):
    """All columns of one input or output, in order."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[ColumnEncoder, ...]
    is_list: bool = False

    def encode(self, table: Table) -> Array:
        """`(rows, features)` or `(rows, *shape)`; a list of columns is stacked along the last axis."""
        parts = [item.encode(table[item.column]) for item in self.columns]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)

    def decode(self, predicted: Array) -> Array:
        """Undoes standardizing and scaling: `(rows, features)` in the columns' own units."""
        if len(self.columns) == 1:
            return self.columns[0].decode(predicted)
        if predicted.shape[-1] != len(self.columns):
            return predicted
        return np.stack([item.decode(predicted[..., i]) for i, item in enumerate(self.columns)], axis=-1)


def fit(columns: Sequence[Column], forms: Sequence[Form], training: Table, is_list: bool) -> EncoderState:
    """Encoders from the training rows alone: validation rows must not leak into means and classes."""
    fitted = [_fit(column, form, training) for column, form in zip(columns, forms, strict=True)]
    return EncoderState(columns=tuple(fitted), is_list=is_list)


def _fit(column: Column, form: Form, training: Table) -> ColumnEncoder:
    if form == "values":
        return ColumnEncoder(
            column=column.name, classes=column.classes, holds_codes=column.kind == "category"
        )
    values = training[column.name]
    if form in ("one-hot", "index"):
        if column.kind == "category":
            return ColumnEncoder(column=column.name, form=form, classes=column.classes, holds_codes=True)
        seen = tuple(int(value) for value in np.unique(values))
        return ColumnEncoder(column=column.name, form=form, classes=seen)
    flat = values.astype(np.float64).reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
    if form == "standardize":
        shift, scale = flat.mean(axis=0), flat.std(axis=0)
    else:
        shift, scale = flat.min(axis=0), np.ptp(flat, axis=0)
    scale = np.where(scale > 0, scale, 1.0)  # a constant column becomes 0, not NaN
    return ColumnEncoder(
        column=column.name, form=form, shift=tuple(map(float, shift)), scale=tuple(map(float, scale))
    )
