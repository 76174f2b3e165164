"""Merges of several tensors, with Keras' broadcasting and masks.

Lower ranks get axes after the batch, not in front of it. A merged mask exists where every input has one,
and is valid where any is; `Concatenate` has rules of its own.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float

Masks = Sequence[Tensor | None]


class _Elementwise(nn.Module):
    def compute_mask(self, inputs: Sequence[Tensor], mask: Masks | None = None) -> Tensor | None:
        masks = [one for one in mask or () if one is not None]
        if not masks or len(masks) < len(inputs):
            return None
        if len({one.dim() for one in masks}) > 1 or len({x.dim() for x in inputs}) > 1:
            rank = max(x.dim() for x in inputs)
            masks = [_lifted(one, rank - x.dim()) for x, one in zip(inputs, masks, strict=True)]
            most = max(one.dim() for one in masks)
            masks = [one.reshape(one.shape + (1,) * (most - one.dim())) for one in masks]
        merged = masks[0]
        for one in masks[1:]:
            merged = merged | one
        return merged


class Add(_Elementwise):
    """x₁ + x₂ + …"""

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        first, *rest = aligned(inputs)
        for x in rest:
            first = first + x
        return first


class Subtract(_Elementwise):
    """x₁ − x₂"""

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        first, second = aligned(inputs)
        dtype = torch.promote_types(first.dtype, second.dtype)  # torch subtracts no booleans
        return first.to(dtype) - second.to(dtype)


class Average(_Elementwise):
    """(x₁ + x₂ + …) / n"""

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        first, *rest = aligned(inputs)
        for x in rest:
            first = first + x
        return first / len(inputs)


class Multiply(_Elementwise):
    """x₁ · x₂ · …; a masked entry counts as 1, and where all are masked the result is 0."""

    def forward(self, inputs: Sequence[Tensor], mask: Masks | None = None) -> Tensor:
        tensors = aligned(inputs)
        masks = _value_masks(inputs, mask)
        if masks is None:
            first, *rest = tensors
            for x in rest:
                first = first * x
            return first
        product, valid = None, None
        for x, own in zip(tensors, masks, strict=True):
            if own is not None:
                x = x.masked_fill(~own, 1)
                valid = own if valid is None else valid | own
            product = x if product is None else product * x
        assert product is not None
        if valid is not None and all(own is not None for own in masks):
            product = product.masked_fill(~valid, 0)
        return product


class _Extreme(_Elementwise):
    def forward(self, inputs: Sequence[Tensor], mask: Masks | None = None) -> Tensor:
        tensors = aligned(inputs)
        masks = _value_masks(inputs, mask)
        first, *rest = tensors
        if masks is None:
            for x in rest:
                first = self._pick(first, x)
            return first
        valid, *others = masks
        for x, own in zip(rest, others, strict=True):
            if own is not None:
                x = torch.where(own, x, first)
            if valid is not None:
                first = torch.where(valid, first, x)
            valid = None if own is None or valid is None else valid | own
            first = self._pick(first, x)
        return first

    def _pick(self, first: Tensor, second: Tensor) -> Tensor:
        raise NotImplementedError


class Maximum(_Extreme):
    """The greater, entry by entry; a masked entry gives way to the other."""

    def _pick(self, first: Tensor, second: Tensor) -> Tensor:
        return torch.maximum(first, second)


class Minimum(_Extreme):
    """The smaller, entry by entry; a masked entry gives way to the other."""

    def _pick(self, first: Tensor, second: Tensor) -> Tensor:
        return torch.minimum(first, second)


class Concatenate(nn.Module):
    """Side by side along one axis; `axis` counts the batch."""

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        return torch.cat(list(inputs), self.axis)

    def compute_mask(self, inputs: Sequence[Tensor], mask: Masks | None = None) -> Tensor | None:
        if mask is None or all(one is None for one in mask):
            return None
        full = [
            torch.ones_like(x, dtype=torch.bool) if one is None else _over(one, x)
            for x, one in zip(inputs, mask, strict=True)
        ]
        return torch.cat(full, self.axis).any(-1)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"


class Dot(nn.Module):
    """Contracts one axis of each of two tensors, sample by sample; `normalize` gives the cosine.

    A negative axis counts from the end of each tensor that comes: calls of one layer may differ in rank.
    """

    def __init__(self, axes: tuple[int, int], normalize: bool = False) -> None:
        super().__init__()
        self.axes, self.normalize = axes, normalize

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        first, second = as_float(inputs[0]), as_float(inputs[1])
        if self.normalize:
            first = nn.functional.normalize(first, dim=self.axes[0], eps=1e-7)
            second = nn.functional.normalize(second, dim=self.axes[1], eps=1e-7)
        return contracted(first, second, self.axes)

    def extra_repr(self) -> str:
        return f"axes={self.axes}, normalize={self.normalize}"


class Cosine(nn.Module):
    """The cosine of the angle between two tensors along one axis of each; 0 for a vector of zeros.

    As Keras 1's mode `cos`: the product of the norms is kept from 0, not each norm.
    """

    def __init__(self, axes: tuple[int, int]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        first, second = as_float(inputs[0]), as_float(inputs[1])
        product = contracted(first, second, self.axes)
        one, two = first.square().sum(self.axes[0]), second.square().sum(self.axes[1])
        one = one.reshape(*one.shape, *(1 for _ in range(second.dim() - 2)))
        two = two.reshape(two.shape[0], *(1 for _ in range(first.dim() - 2)), *two.shape[1:])
        return product / (one * two).clamp(min=1e-14).sqrt().reshape(product.shape)

    def extra_repr(self) -> str:
        return f"axes={self.axes}"


def aligned(inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    """Tensors of one rank: axes of size 1 put in after the batch."""
    rank = inputs[0].dim()
    if all(x.dim() == rank for x in inputs):
        return inputs
    rank = max(x.dim() for x in inputs)
    return [x.reshape(x.shape[0], *(1 for _ in range(rank - x.dim())), *x.shape[1:]) for x in inputs]


def contracted(first: Tensor, second: Tensor, axes: tuple[int, int]) -> Tensor:
    """Sum over one axis of each; what is left of the first, then of the second; at least (batch, 1)."""
    if first.dim() == 2 and second.dim() == 2:
        return (first * second).sum(1, keepdim=True)
    batch = first.shape[0]
    left, right = first.movedim(axes[0], -1), second.movedim(axes[1], 1)
    shape = (*left.shape[1:-1], *right.shape[2:])
    product = left.reshape(batch, -1, left.shape[-1]) @ right.reshape(batch, right.shape[1], -1)
    return product.reshape(batch, *shape)


def _lifted(mask: Tensor, axes: int) -> Tensor:
    """With as many axes of size 1 after the batch as its tensor gets."""
    return mask.reshape(mask.shape[0], *(1 for _ in range(axes)), *mask.shape[1:])


def _over(mask: Tensor, x: Tensor) -> Tensor:
    return mask.reshape(mask.shape + (1,) * (x.dim() - mask.dim())).expand(x.shape)


def _value_masks(inputs: Sequence[Tensor], mask: Masks | None) -> list[Tensor | None] | None:
    """Masks over the tensors' own shapes, or None where none acts; as in Keras, none does across ranks."""
    if mask is None or all(one is None for one in mask) or len({x.dim() for x in inputs}) > 1:
        return None
    return [None if one is None else _over(one, x) for x, one in zip(inputs, mask, strict=True)]
