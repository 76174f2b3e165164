"""Many numbers become one: along some axes, or all; and running sums."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from layerloom.layers.modules.operations.dtypes import as_tensors, counted, floating


def last(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The axes as one, at the end."""
    kept = [axis for axis in range(x.dim()) if axis not in axes]
    return x.permute((*kept, *axes)).reshape(*(x.shape[axis] for axis in kept), -1)


def without_nan(x: Tensor, stand_in: float) -> Tensor:
    return torch.where(x.isnan(), stand_in, x) if x.is_floating_point() else x


def nan_variance(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    count = x.isfinite().sum(dims, keepdim=True)
    mean = x.nansum(dims, keepdim=True) / count
    return (x - mean).square().nansum(dims) / count.sum(dims)


def nan_extreme(x: Tensor, dims: tuple[int, ...], sign: int) -> Tensor:
    if not x.is_floating_point():
        return x.amax(dims) if sign > 0 else x.amin(dims)
    filled = without_nan(x, -sign * torch.inf)
    found = filled.amax(dims) if sign > 0 else filled.amin(dims)
    return torch.where(x.isnan().all(-1), torch.nan, found)


def nan_position(x: Tensor, sign: int) -> Tensor:
    filled = counted(without_nan(x, -sign * torch.inf))
    found = filled.argmax(-1) if sign > 0 else filled.argmin(-1)
    return torch.where(x.isnan().all(-1), -1, found)


def quantile(x: Tensor, function: Callable[..., Tensor]) -> Tensor:
    """The middle; torch has it for the longer types only."""
    return function(x if x.dtype is torch.float64 else x.float(), 0.5, -1).to(x.dtype)


# Each takes (…, n) and gives (…).
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "mean": lambda x: floating(x).mean(-1),
    "sum": lambda x: counted(x).sum(-1, dtype=counted(x).dtype),
    "prod": lambda x: counted(x).prod(-1, dtype=counted(x).dtype),
    "max": lambda x: x.amax(-1),
    "min": lambda x: x.amin(-1),
    "std": lambda x: floating(x).std(-1, correction=0),
    "var": lambda x: floating(x).var(-1, correction=0),
    "any": lambda x: (x != 0).any(-1),
    "all": lambda x: (x != 0).all(-1),
    "argmax": lambda x: counted(x).argmax(-1).int(),
    "argmin": lambda x: counted(x).argmin(-1).int(),
    "count_nonzero": lambda x: (x != 0).sum(-1, dtype=torch.int32),
    "logsumexp": lambda x: floating(x).logsumexp(-1),
    "median": lambda x: quantile(floating(x), torch.quantile),
    "ptp": lambda x: x.amax(-1) - x.amin(-1),
    "nanmean": lambda x: floating(x).nanmean(-1),
    "nansum": lambda x: counted(without_nan(x, 0)).sum(-1, dtype=counted(x).dtype),
    "nanprod": lambda x: counted(without_nan(x, 1)).prod(-1, dtype=counted(x).dtype),
    "nanmax": lambda x: nan_extreme(x, (-1,), 1),
    "nanmin": lambda x: nan_extreme(x, (-1,), -1),
    "nanstd": lambda x: nan_variance(floating(x), (-1,)).sqrt(),
    "nanvar": lambda x: nan_variance(floating(x), (-1,)),
    "nanmedian": lambda x: quantile(floating(x), torch.nanquantile),
    "nanargmax": lambda x: nan_position(x, 1).int(),
    "nanargmin": lambda x: nan_position(x, -1).int(),
}
_SAME = {"amax": "max", "amin": "min"}


class Reduction(nn.Module):
    """One function over some axes; `axis` None: over all."""

    def __init__(
        self,
        function: str,
        axis: int | tuple[int, ...] | None = None,
        keepdims: bool = False,
        initial: float | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__()
        self.function, self.axis, self.keepdims = function, axis, keepdims
        self.initial, self.dtype = initial, dtype

    def forward(self, x: Tensor) -> Tensor:
        if self.dtype is not None:
            x = x.to(getattr(torch, self.dtype))
        given = range(x.dim()) if self.axis is None else self.axis
        axes = tuple(axis % x.dim() for axis in ((given,) if isinstance(given, int) else given))
        y = FUNCTIONS[_SAME.get(self.function, self.function)](last(x, axes))
        if self.initial is not None:
            y = y.clamp(min=self.initial) if "max" in self.function else y.clamp(max=self.initial)
        if self.keepdims:
            y = y.reshape([1 if axis in axes else size for axis, size in enumerate(x.shape)])
        return y

    def extra_repr(self) -> str:
        return f"{self.function}, axis={self.axis}, keepdims={self.keepdims}"


class WeightedAverage(nn.Module):
    """Sum of weight · number over sum of weights."""

    def __init__(self, axis: int | None = None, weights: tuple[list[float], str] | None = None) -> None:
        super().__init__()
        self.axis = axis
        data = None if weights is None else torch.tensor(weights[0], dtype=getattr(torch, weights[1]))
        self.weights_array: Tensor | None
        self.register_buffer("weights_array", data, persistent=False)

    def forward(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        weights = self.weights_array if weights is None else weights
        axes = tuple(range(x.dim())) if self.axis is None else (self.axis % x.dim(),)
        if weights is None:
            return floating(x).mean(axes)
        x, weights = (floating(value) for value in as_tensors(x, weights))
        if weights.dim() < x.dim():
            weights = weights.reshape([-1 if axis in axes else 1 for axis in range(x.dim())])
        return (x * weights).sum(axes) / weights.expand(x.shape).sum(axes)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"


class Norm(nn.Module):
    """Length of vectors, or of matrices."""

    def __init__(
        self,
        ord: float | str | None = None,
        axis: int | tuple[int, ...] | None = None,
        keepdims: bool = False,
    ) -> None:
        super().__init__()
        self.ord, self.axis, self.keepdims = ord, axis, keepdims

    def forward(self, x: Tensor) -> Tensor:
        x = floating(x)
        y: Tensor
        if self.ord is None and self.axis is None:
            y = torch.linalg.vector_norm(x)
            return y.reshape((1,) * x.dim()) if self.keepdims else y
        y = torch.linalg.norm(x, self.ord, self.axis, self.keepdims)
        return y.reshape((1,) * x.dim()) if self.keepdims and self.axis is None else y

    def extra_repr(self) -> str:
        return f"ord={self.ord}, axis={self.axis}, keepdims={self.keepdims}"


class Cumulative(nn.Module):
    """Running sums and products along one axis; `axis` None: along all numbers in a row."""

    def __init__(self, function: str, axis: int | None = None, dtype: str | None = None) -> None:
        super().__init__()
        self.function, self.axis, self.dtype = function, axis, dtype

    def forward(self, x: Tensor) -> Tensor:
        if self.function.startswith("nan"):
            x = without_nan(x, 0 if self.function == "nancumsum" else 1)
        x = x.int() if x.dtype is torch.bool else x
        dtype = x.dtype if self.dtype is None else getattr(torch, self.dtype)
        axis = self.axis
        if axis is None:
            x, axis = x.reshape(-1), 0
        return x.cumsum(axis, dtype=dtype) if "sum" in self.function else x.cumprod(axis, dtype=dtype)

    def extra_repr(self) -> str:
        return f"{self.function}, axis={self.axis}"


class Moments(nn.Module):
    """Mean and variance."""

    def __init__(self, axes: int | tuple[int, ...], keepdims: bool = False) -> None:
        super().__init__()
        self.axes, self.keepdims = axes, keepdims

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = floating(x)
        variance, mean = torch.var_mean(x, self.axes, correction=0, keepdim=self.keepdims)
        return mean, variance

    def extra_repr(self) -> str:
        return f"axes={self.axes}, keepdims={self.keepdims}"
