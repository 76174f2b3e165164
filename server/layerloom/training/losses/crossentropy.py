"""Cross-entropy that fits itself to the shapes of target and output."""

from typing import TYPE_CHECKING, ClassVar

from layerloom.training.losses.base import Loss
from layerloom.training.losses.binary_crossentropy import BinaryCrossentropy
from layerloom.training.losses.categorical_crossentropy import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)

if TYPE_CHECKING:
    from torch import Tensor


class Crossentropy(Loss):
    """Binary, categorical or sparse cross-entropy, whichever fits the shapes, as Keras picks it.

    One unit: binary. Several units and class numbers: sparse. Several units and one-hot targets: categorical.
    """

    type_name: ClassVar[str] = "crossentropy"
    aliases: ClassVar[tuple[str, ...]] = ("ce",)

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        if output.shape[-1] == 1:
            return _BINARY.values(target, output)
        if target.dim() < output.dim() or target.shape[-1] == 1:
            return _SPARSE.values(target.long(), output)
        return _CATEGORICAL.values(target, output)


_BINARY = BinaryCrossentropy()
_SPARSE = SparseCategoricalCrossentropy()
_CATEGORICAL = CategoricalCrossentropy()
