"""Numbers as they are."""

from typing import ClassVar

from layerloom.data.dataset import Column
from layerloom.data.encoders.base import Chunks, Encoder, Fitted
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array


class AsTheyAre(Fitted):
    """Nothing to remember."""

    def encode(self, values: Array, first: int = 0) -> Array:
        return values[:, None] if values.ndim == 1 else values


class Values(Encoder):
    """Numbers as they are: what a column gets where no encoder is chosen."""

    type_name: ClassVar[str] = "values"
    takes: ClassVar[tuple[str, ...]] = ("number", "integer", "category", "tensor", "time")
    fitted: ClassVar[type[Fitted]] = AsTheyAre
    is_offered: ClassVar[bool] = False

    def row_shape(self, column: Column, end: End) -> Sizes:
        return column.shape or (1,)

    def fit(self, column: Column, chunks: Chunks, end: End) -> Fitted:
        return AsTheyAre(
            column=column.name,
            kind=column.kind,
            classes=column.classes,
            holds_codes=column.kind == "category",
        )
