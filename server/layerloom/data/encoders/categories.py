"""What the encoders of categories have in common: each value has a place among the classes."""

from collections import Counter
from typing import ClassVar, Literal

import numpy as np

from layerloom.data.dataset import Column, Label
from layerloom.data.encoders.base import Chunks, Encoder, Fitted, is_missing
from layerloom.data.table import Array

UNKNOWN = -2
"""In a table: the code of a value that is none of a category's classes."""


class Placed(Fitted):
    """The classes, in order."""

    fill: Label | None = None
    """Stands for a missing value."""
    ignores_unknown: bool = False

    def places(self, values: Array, first: int) -> Array:
        """int64 `(rows,)`: the place of each value; of an unknown one that is ignored, the number of classes.

        Raises:
            ProblemError: `label.unknown`, `column.missing_values`.
        """
        classes = self.classes or ()
        missing = values == -1 if self.holds_codes else is_missing(values)
        if self.holds_codes:
            places = values.astype(np.int64)
            found = (places >= 0) & (places < len(classes))
        else:
            places, found = _looked_up(np.asarray(classes), values)
        if missing.any():
            if self.fill is None:
                row = first + int(np.flatnonzero(missing)[0])
                raise self.problem(
                    "column.missing_values",
                    row,
                    "has no value",
                    "Fill it in, or set the encoder's `missing`.",
                )
            places = np.where(
                missing, classes.index(self.fill) if self.fill in classes else len(classes), places
            )
            found = found | (missing & (self.fill in classes))
        if not found.all():
            if not self.ignores_unknown:
                self._refuse(values, int(np.flatnonzero(~found)[0]), first)
            places = np.where(found, places, len(classes))
        return places.astype(np.int64)

    def _refuse(self, values: Array, row: int, first: int) -> None:
        count = len(self.classes or ())
        if self.holds_codes or values[row] != values[row]:
            raise self.problem(
                "label.unknown", first + row, f"has a value that is none of its {count} classes",
                "Choose one of the classes, or set the encoder's `unknown` to `ignore`.",
            )  # fmt: skip
        shown = int(values[row]) if float(values[row]).is_integer() else values[row]
        raise self.problem(
            "label.unknown",
            first + row,
            f"has a value ({shown}) that none of the {count} values of the training rows equals",
            "Shuffle the rows, take a smaller validation split, or set the encoder's `unknown` to `ignore`.",
        )


class Categories(Encoder):
    """Each value has a place among the classes: those of a category, or the whole numbers of the training rows."""

    takes: ClassVar[tuple[str, ...]] = ("category", "integer")

    missing: Literal["most-frequent"] | int | None = None
    """What stands in for a missing value: the most frequent one of the training rows, or a whole number; null:
    missing values are a problem."""
    unknown: Literal["error", "ignore"] = "error"
    """A value that no training row has: a problem, or let through."""

    def fit(self, column: Column, chunks: Chunks, end: object) -> Fitted:
        is_category = column.kind == "category"
        counts: Counter[int] = Counter()
        if not is_category or self.missing == "most-frequent":
            for chunk in chunks:
                missing = chunk == -1 if is_category else is_missing(chunk)
                distinct, found = np.unique(chunk[~missing], return_counts=True)
                counts.update(dict(zip(map(int, distinct), map(int, found), strict=True)))
        classes: tuple[Label, ...] = (column.classes or ()) if is_category else tuple(sorted(counts))
        fill: Label | None = None
        if self.missing == "most-frequent":
            most = max(counts, key=lambda value: (counts[value], -value)) if counts else 0
            fill = classes[most] if is_category and classes else most
        elif self.missing is not None:
            fill = self.missing
        return self.fitted.model_validate({
            "column": column.name, "kind": column.kind, "form": self.type_name, "classes": classes,
            "holds_codes": is_category, "fill": fill, "ignores_unknown": self.unknown == "ignore",
        })  # fmt: skip


def _looked_up(known: Array, values: Array) -> tuple[Array, Array]:
    """Places of values among sorted classes, and whether each was found."""
    places = np.searchsorted(known, values)
    found = places < len(known)
    found[found] = known[places[found]] == values[found]
    return places, found
