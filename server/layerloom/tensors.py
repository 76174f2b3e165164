"""Tensor specs: shape, dtype and axis names without values. No torch, no numpy.

Axis 0 is always the batch. An axis of `None` is known only at run time and is shown by its name:
`TensorSpec((None, None, 64), axes=("batch", "time", "features"))` reads "(batch, time, 64)".
"""

from dataclasses import dataclass, field, replace
from typing import Literal

DType = Literal["float32", "float16", "bfloat16", "float64", "int32", "int64", "uint8", "bool"]
Shape = tuple[int | None, ...]

_AXES_BY_RANK: dict[int, tuple[str, ...]] = {
    1: ("batch",),
    2: ("batch", "features"),
    3: ("batch", "time", "features"),
    4: ("batch", "height", "width", "channels"),
    5: ("batch", "time", "height", "width", "channels"),
}


def default_axes(rank: int) -> tuple[str, ...]:
    """The names that a tensor of this rank gets where nobody named its axes."""
    if rank in _AXES_BY_RANK:
        return _AXES_BY_RANK[rank]
    return ("batch", *(f"axis_{index}" for index in range(1, rank)))


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape and dtype of a tensor; `shape[0]` is the batch.

    `axes` has one name for each axis. `masked` says that a boolean mask travels beside the tensor, as in
    Keras (`Embedding(mask_zero=True)`, `Masking`); its shape is `mask_shape`.
    """

    shape: Shape
    dtype: DType = "float32"
    axes: tuple[str, ...] = ()
    masked: bool = False
    mask_shape: Shape = field(default=())

    def __post_init__(self) -> None:
        if len(self.axes) != len(self.shape):
            object.__setattr__(self, "axes", default_axes(len(self.shape)))
        if self.masked and not self.mask_shape:
            object.__setattr__(self, "mask_shape", self.shape[:2])
        if not self.masked and self.mask_shape:
            object.__setattr__(self, "mask_shape", ())

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def features(self) -> int | None:
        """Size of the last axis."""
        return self.shape[-1]

    @property
    def elements(self) -> int | None:
        """Numbers in one sample (the batch not counted), or None where an axis is not known."""
        total = 1
        for size in self.shape[1:]:
            if size is None:
                return None
            total *= size
        return total

    def with_shape(self, shape: Shape, axes: tuple[str, ...] = ()) -> "TensorSpec":
        """The same dtype and mask over another shape; axis names are kept where the rank is."""
        names = axes or (self.axes if len(shape) == len(self.shape) else ())
        return replace(self, shape=shape, axes=names)

    def without_mask(self) -> "TensorSpec":
        return replace(self, masked=False, mask_shape=())

    def __str__(self) -> str:
        """As the edge shows it: `(batch, time, 64)`."""
        return show_shape(self.shape, self.axes)


@dataclass(frozen=True, slots=True)
class BundleSpec:
    """What `Join` gives: tensors by name, in edge order; no arithmetic, no shape of its own."""

    items: tuple[tuple[str, TensorSpec], ...]

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}: {spec}" for name, spec in self.items) + "}"


Spec = TensorSpec | BundleSpec


def show_shape(shape: Shape, axes: tuple[str, ...] = ()) -> str:
    """`(batch, 8, 8)`: sizes where they are known, names where they are not."""
    names = axes if len(axes) == len(shape) else default_axes(len(shape))
    parts = [names[index] if size is None else str(size) for index, size in enumerate(shape)]
    return "(" + ", ".join(parts) + ")"


def spec_to_json(spec: Spec) -> dict[str, object]:
    """A spec as the API shows it: shape, dtype, axes, masked, and the label of its edge, `(batch, 8)`.

    A bundle gives `{"bundle": {name: spec, …}, "label": …}`.
    """
    if isinstance(spec, BundleSpec):
        return {"bundle": {name: spec_to_json(item) for name, item in spec.items}, "label": str(spec)}
    return {
        "shape": list(spec.shape),
        "dtype": spec.dtype,
        "axes": list(spec.axes),
        "masked": spec.masked,
        "label": str(spec),
    }
