"""What the numbers of an output mean: the classes' names, or the unit of the column that it was trained on."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from layerloom.data.dataset import Label
from layerloom.data.encoding import EncoderState
from layerloom.data.losses import family
from layerloom.data.table import Array
from layerloom.tensors import TensorSpec
from layerloom.training.losses.base import Loss
from layerloom.training.reports.listed import listed
from layerloom.training.reports.report import ReportKind

FITS_ITSELF = "crossentropy"
"""The loss that is binary, categorical or sparse as the shapes are."""


@dataclass(frozen=True)
class Meaning:
    """`kind` says how numbers are read: `binary` by 0.5, `classes` by the largest of the last axis."""

    kind: ReportKind
    classes: tuple[Label, ...] | None = None
    encoder: EncoderState | None = None
    from_logits: bool = False

    @property
    def labels(self) -> list[str] | None:
        return None if self.classes is None else [str(label) for label in self.classes]

    def probabilities(self, predicted: Array) -> Array:
        """What the model gives as probabilities, where it gives logits; numbers stay as they are."""
        if not self.from_logits:
            return predicted
        numbers = predicted.astype(np.float64)
        if self.kind == "binary":
            return 1 / (1 + np.exp(-np.clip(numbers, -700, 700)))
        powers = np.exp(numbers - numbers.max(axis=-1, keepdims=True))
        shares: Array = powers / powers.sum(axis=-1, keepdims=True)
        return shares

    def in_units(self, predicted: Array) -> Array:
        """Numbers in the column's own unit."""
        return predicted if self.encoder is None else self.encoder.decode(predicted)

    def decoded(self, predicted: Array) -> list[Any]:  # Any: labels or numbers, or lists of them
        """A row for each row: names of classes, or numbers in their unit; one number stands by itself."""
        if self.kind == "binary":
            return self._named(_alone(self.probabilities(predicted) > 0.5).astype(np.int64))
        if self.kind == "classes":
            return self._named(predicted.argmax(axis=-1))
        rows: list[Any] = listed(_alone(self.in_units(predicted)))
        return rows

    def _named(self, places: Array) -> list[Any]:  # Any: as above
        if self.classes is None:
            rows: list[Any] = places.tolist()
            return rows
        names = np.empty(len(self.classes), dtype=object)
        names[:] = self.classes
        rows = names[places].tolist()
        return rows


def meaning(spec: TensorSpec, loss: Loss | None, encoder: EncoderState | None) -> Meaning:
    """Of an output with this loss, whose target was encoded so (None: it had no column)."""
    kind = _kind(spec, loss, encoder)
    return Meaning(kind, _classes(kind, spec, encoder), encoder, bool(getattr(loss, "from_logits", False)))


def _kind(spec: TensorSpec, loss: Loss | None, encoder: EncoderState | None) -> ReportKind:
    if loss is None:
        return "other"
    if loss.type_name == FITS_ITSELF:
        return "binary" if spec.shape[-1] == 1 else "classes"
    found = family(loss.type_name)
    if found == "binary":
        is_one_of_many = encoder is not None and spec.shape[-1] != 1 and encoder.columns[0].form == "one-hot"
        return "classes" if is_one_of_many else "binary"
    if found in ("sparse", "categorical"):
        return "classes"
    return "number" if found == "regression" else "other"


def _classes(kind: ReportKind, spec: TensorSpec, encoder: EncoderState | None) -> tuple[Label, ...] | None:
    if kind not in ("binary", "classes"):
        return None
    units = 2 if kind == "binary" else spec.shape[-1]
    known: tuple[Label, ...] = ()
    if encoder is not None and len(encoder.columns) > 1 and kind == "classes":
        known = tuple(item.column for item in encoder.columns)
    elif encoder is not None and encoder.columns[0].form in ("index", "one-hot"):
        known = encoder.columns[0].classes or ()
    if units is None:
        return known or None
    return (*known, *range(len(known), units))[:units]  # places that no class has are called by their number


def _alone(numbers: Array) -> Array:
    """`(rows, …, 1)` without its last axis."""
    return numbers[..., 0] if numbers.ndim > 1 and numbers.shape[-1] == 1 else numbers
