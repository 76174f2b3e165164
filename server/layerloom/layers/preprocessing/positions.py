"""What encodings of ids as positions have in common: shapes."""

from layerloom.layers.base import refuse
from layerloom.tensors import TensorSpec


def encoded(spec: TensorSpec, count: int, mode: str) -> TensorSpec:
    """The spec of ids as positions: a last axis of `count`, axis 1 gone but for `one_hot`.

    Raises:
        ProblemError: `shape.mismatch`.
    """
    if mode == "one_hot":
        one_each = spec.rank > 1 and spec.features == 1
        kept = spec.shape[:-1] if one_each else spec.shape
        names = spec.axes[:-1] if one_each else spec.axes
        return TensorSpec((*kept, count), axes=(*names, "positions"))
    if spec.rank < 2:
        raise refuse(
            "shape.mismatch",
            f"got shape {spec}; `{mode}` puts the ids of one sample together, so it expects (batch, ids).",
            "Give each sample an axis of ids, or set `output_mode` to one_hot.",
            port="inputs",
        )
    return TensorSpec(
        (spec.shape[0], *spec.shape[2:], count), axes=(spec.axes[0], *spec.axes[2:], "positions")
    )
