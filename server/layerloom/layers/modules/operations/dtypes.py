"""Keras' types of results in torch: plain numbers are weak, and no tensor is weaker for having no axes."""

import torch
from torch import Tensor

Number = bool | int | float


def floating(x: Tensor) -> Tensor:
    """The same numbers with a decimal point."""
    return x if x.is_floating_point() else x.float()


def counted(x: Tensor) -> Tensor:
    """Booleans and bytes as int32, in which they are summed."""
    return x.int() if x.dtype in (torch.bool, torch.uint8) else x


def common_type(*values: Tensor | Number) -> torch.dtype:
    """The smallest type that holds all operands."""
    found: torch.dtype | None = None
    for value in values:
        if isinstance(value, Tensor):
            found = value.dtype if found is None else torch.promote_types(found, value.dtype)
    dtype = torch.bool if found is None else found
    kinds = {type(value) for value in values}
    if float in kinds and not dtype.is_floating_point:
        return torch.float32
    return torch.int32 if int in kinds and dtype is torch.bool else dtype


def as_tensors(*values: Tensor | Number, dtype: torch.dtype | None = None) -> list[Tensor]:
    """All operands as tensors of one type, on one device."""
    wanted = common_type(*values) if dtype is None else dtype
    device = next(value.device for value in values if isinstance(value, Tensor))
    return [
        value.to(wanted) if isinstance(value, Tensor) else torch.full((), value, dtype=wanted, device=device)
        for value in values
    ]
