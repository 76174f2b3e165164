"""What kind of target a loss wants, by its name; what losses compute is known in `training`, a stranger
here.
"""

from typing import Literal

LossFamily = Literal["sparse", "groups", "labels", "categorical", "binary", "regression", "unknown"]
"""`sparse`: the number of a class for the output's last axis; `groups`: any number, the same for rows that
belong together; `labels`: a list of numbers of classes, filled up with 0."""

_FAMILIES: dict[str, LossFamily] = {
    "sparsecategoricalcrossentropy": "sparse",
    "categoricalgeneralizedcrossentropy": "sparse",
    "circle": "groups",
    "ctc": "labels",
    "categoricalcrossentropy": "categorical",
    "categoricalfocalcrossentropy": "categorical",
    "kldivergence": "categorical",
    "categoricalhinge": "categorical",
    "binarycrossentropy": "binary",
    "binaryfocalcrossentropy": "binary",
}


def family(loss: str | None) -> LossFamily:
    """`"sparse_categorical_crossentropy"` and `"SparseCategoricalCrossentropy"` → `"sparse"`."""
    if not loss:
        return "unknown"
    return _FAMILIES.get(loss.lower().replace("_", "").replace("-", ""), "regression")
