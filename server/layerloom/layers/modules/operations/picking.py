"""Numbers by their index or rank; other types; constants in the shape of a tensor."""

import torch
from torch import Tensor, nn

from layerloom.layers.modules.operations.dtypes import floating


class Casting(nn.Module):
    """Another dtype; `saturate` keeps numbers within what it can hold."""

    def __init__(self, dtype: str | None, saturate: bool = False) -> None:
        super().__init__()
        self.dtype, self.saturate = dtype, saturate

    def forward(self, x: Tensor) -> Tensor:
        if self.dtype is None:
            return x
        dtype: torch.dtype = getattr(torch, self.dtype)
        if self.saturate and dtype is not torch.bool and x.dtype is not torch.bool:
            bounds = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
            own = torch.finfo(x.dtype) if x.is_floating_point() else torch.iinfo(x.dtype)
            x = x.clamp(max(bounds.min, own.min), min(bounds.max, own.max))
        return x.to(dtype)

    def extra_repr(self) -> str:
        return f"{self.dtype}"


class OneHot(nn.Module):
    """1 at the index, 0 elsewhere; an index that is out of range gives zeros."""

    def __init__(self, function: str, num_classes: int, axis: int = -1, dtype: str = "float32") -> None:
        super().__init__()
        self.function, self.num_classes, self.axis, self.dtype = function, num_classes, axis, dtype

    def forward(self, x: Tensor) -> Tensor:
        dtype = getattr(torch, self.dtype)
        y = (x.long().unsqueeze(-1) == torch.arange(self.num_classes, device=x.device)).to(dtype)
        if self.function == "one_hot":
            return y.movedim(-1, self.axis)
        return y.amax(1 if x.dim() > 1 else 0).movedim(-1, self.axis)

    def extra_repr(self) -> str:
        return f"{self.function}, {self.num_classes}, axis={self.axis}, {self.dtype}"


class Gathering(nn.Module):
    """Numbers at indices; negative ones count from the end."""

    def __init__(
        self, function: str, axis: int | None = None, indices: int | tuple[list[int], str] | None = None
    ) -> None:
        super().__init__()
        self.function, self.axis = function, axis
        data = (
            None if indices is None else torch.tensor(indices[0] if isinstance(indices, tuple) else indices)
        )
        self.indices_array: Tensor | None
        self.register_buffer("indices_array", data, persistent=False)

    def forward(self, x: Tensor, indices: Tensor | None = None) -> Tensor:
        given = self.indices_array if indices is None else indices
        if given is None:
            raise ValueError("there are no indices")
        places = given.long()
        axis = self.axis
        if axis is None:
            x, axis = x.reshape(-1), 0
            places = places.reshape(-1) if self.function == "take_along_axis" else places
        axis = axis % x.dim()
        places = torch.where(places < 0, places + x.shape[axis], places)
        if self.function == "take":
            y = x.index_select(axis, places.reshape(-1))
            return y.reshape(x.shape[:axis] + places.shape + x.shape[axis + 1 :])
        pairs = zip(x.shape, places.shape, strict=True)
        shape = [other if own == 1 else own for own, other in pairs]
        x = x.expand((*shape[:axis], x.shape[axis], *shape[axis + 1 :]))
        return x.gather(axis, places.expand((*shape[:axis], places.shape[axis], *shape[axis + 1 :])))

    def extra_repr(self) -> str:
        return f"{self.function}, axis={self.axis}"


class Likeness(nn.Module):
    """One number everywhere, in the shape of a tensor."""

    def __init__(self, value: float | None, dtype: str | None = None) -> None:
        super().__init__()
        self.value, self.dtype = value, dtype

    def forward(self, x: Tensor, fill_value: Tensor | None = None) -> Tensor:
        dtype = x.dtype if self.dtype is None else getattr(torch, self.dtype)
        if fill_value is not None:
            return fill_value.to(dtype).expand(x.shape)
        return torch.full_like(x, self.value or 0, dtype=dtype)

    def extra_repr(self) -> str:
        return f"{self.value}, {self.dtype}"


class TopK(nn.Module):
    """The k largest along the last axis, and where they stand."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = k

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        # Of equal numbers Keras takes the first; torch's topk takes any.
        values, indices = x.sort(dim=-1, descending=True, stable=True)
        return values[..., : self.k], indices[..., : self.k].int()

    def extra_repr(self) -> str:
        return f"{self.k}"


class Sorting(nn.Module):
    """In order, the smallest first; `argsort` gives the places."""

    def __init__(self, function: str, axis: int | None = -1) -> None:
        super().__init__()
        self.function, self.axis = function, axis

    def forward(self, x: Tensor) -> Tensor:
        axis = self.axis
        if axis is None:
            x, axis = x.reshape(-1), 0
        values, places = x.sort(dim=axis, stable=True)
        return values if self.function == "sort" else places.int()

    def extra_repr(self) -> str:
        return f"{self.function}, axis={self.axis}"


class Normalizing(nn.Module):
    """Vectors brought to one length, or to mean 0 and variance 1."""

    def __init__(
        self,
        function: str,
        axis: int | tuple[int, ...] = -1,
        epsilon: float = 1e-7,
        order: int = 2,
        rms_scaling: bool = False,
    ) -> None:
        super().__init__()
        self.function, self.axis, self.epsilon = function, axis, epsilon
        self.order, self.rms_scaling = order, rms_scaling

    def forward(self, x: Tensor, scale: Tensor | None = None, offset: Tensor | None = None) -> Tensor:
        axes = tuple(axis % x.dim() for axis in ((self.axis,) if isinstance(self.axis, int) else self.axis))
        if self.function == "normalize":
            x = floating(x)
            if self.order == 2:
                most = min(1 / self.epsilon, torch.finfo(x.dtype).max)
                return x * x.square().sum(axes, keepdim=True).rsqrt().clamp(max=most)
            norm: Tensor = torch.linalg.norm(x, self.order, axes, keepdim=True)
            return x / norm.clamp(min=self.epsilon)
        y = x.double() if x.dtype is torch.float64 else x.float()
        if self.function == "rms_normalization":
            y = y * (y.square().mean(axes, keepdim=True) + self.epsilon).rsqrt()
        else:
            variance, mean = torch.var_mean(y, axes, correction=0, keepdim=True)
            y = (y if self.rms_scaling else y - mean) * (variance + self.epsilon).rsqrt()
        if scale is not None:
            y = y * self.placed(scale, x, axes)
        if offset is not None and not self.rms_scaling:
            y = y + self.placed(offset, x, axes)
        return y.to(x.dtype)

    def placed(self, weight: Tensor, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        """A weight over the normalized axes, in the place of these."""
        if weight.dim() == x.dim() or axes == (x.dim() - 1,) or self.function == "rms_normalization":
            return weight
        return weight.reshape([size if axis in axes else 1 for axis, size in enumerate(x.shape)])

    def extra_repr(self) -> str:
        return f"{self.function}, axis={self.axis}, epsilon={self.epsilon}"
