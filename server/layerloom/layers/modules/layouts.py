"""How an array of Keras becomes a parameter of torch, and back: axes permuted, or a named arrangement.

Works on numpy arrays and on torch tensors alike.
"""

from typing import Any

Layout = tuple[int, ...] | str | None

Array = Any  # numpy.ndarray or torch.Tensor: both have reshape, shape and indexing


def to_torch(array: Array, layout: Layout) -> Array:
    """Keras' array as torch keeps it."""
    if layout is None:
        return array
    if isinstance(layout, tuple):
        return _permuted(array, layout)
    if layout == "gru_kernel":  # (in, 3u), gates z r h → (3u, in), gates r z h
        return _permuted(_swapped_gates(array), (1, 0))
    if layout == "gru_bias":  # (3u) or (2, 3u)
        return _swapped_gates(array)
    raise ValueError(f"unknown layout {layout!r}")


def to_keras(array: Array, layout: Layout) -> Array:
    """Torch's array as Keras keeps it."""
    if layout is None:
        return array
    if isinstance(layout, tuple):
        return _permuted(array, tuple(layout.index(axis) for axis in range(len(layout))))
    if layout == "gru_kernel":
        return _swapped_gates(_permuted(array, (1, 0)))
    if layout == "gru_bias":
        return _swapped_gates(array)
    raise ValueError(f"unknown layout {layout!r}")


def _permuted(array: Array, axes: tuple[int, ...]) -> Array:
    return array.permute(axes) if hasattr(array, "permute") else array.transpose(axes)


def _swapped_gates(array: Array) -> Array:
    """The first two of three gates along the last axis change places."""
    units = array.shape[-1] // 3
    order = [*range(units, 2 * units), *range(units), *range(2 * units, 3 * units)]
    return array[..., order]
