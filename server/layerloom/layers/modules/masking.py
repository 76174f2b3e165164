"""Steps that hold nothing, made a mask."""

from torch import Tensor, nn


class Masking(nn.Module):
    """A step whose every feature equals `mask_value` is masked and set to zero."""

    def __init__(self, mask_value: float = 0.0) -> None:
        super().__init__()
        self.mask_value = mask_value

    def forward(self, x: Tensor) -> Tensor:
        return x.masked_fill((x == self.mask_value).all(-1, keepdim=True), 0)

    def compute_mask(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return (x != self.mask_value).any(-1)

    def extra_repr(self) -> str:
        return f"mask_value={self.mask_value}"
