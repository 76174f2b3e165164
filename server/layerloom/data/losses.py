"""What kind of target a loss wants, by its name; what losses compute is known in `training`, a stranger
here.
"""

from typing import Literal

LossFamily = Literal["sparse", "categorical", "binary", "regression", "unknown"]

_FAMILIES: dict[str, LossFamily] = {
    "sparsecategoricalcrossentropy": "sparse",
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
