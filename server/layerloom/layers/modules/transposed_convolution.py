"""Transposed convolutions over one to three axes, cut as Keras cuts them."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.convolution import Sliding, kernel_of
from layerloom.layers.modules.windows import Sizes

_TRANSPOSES: dict[int, Callable[..., Tensor]] = {
    1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d,
}  # fmt: skip


class TransposedConvolution(Sliding):
    """`weight` is torch's: (channels, filters, *kernel_size)."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        dilation_rate: Sizes,
        output_padding: Sizes | None = None,
        bias: bool = True,
        activation: str = "linear",
        channels_first: bool = False,
    ) -> None:
        super().__init__(kernel_size, strides, padding, dilation_rate, activation, channels_first)
        self.output_padding = output_padding
        self.weight = kernel_of(in_channels, filters, kernel_size)
        self.bias = nn.Parameter(torch.zeros(filters)) if bias else None
        extras = output_padding or (None,) * len(kernel_size)
        windows = zip(kernel_size, strides, dilation_rate, extras, strict=True)
        self._crops = [crop_of(padding, *window) for window in windows]

    def _slide(self, x: Tensor) -> Tensor:
        # Torch cuts `before` at both ends and gives cells back at the end; what Keras cuts there beyond
        # that, one cell at most, is cut afterwards.
        cut = [before for before, _ in self._crops]
        given_back = [max(before - after, 0) for before, after in self._crops]
        transpose = _TRANSPOSES[len(cut)]
        y = transpose(x, self.weight, self.bias, self.strides, cut, given_back, 1, self.dilation_rate)
        for axis, (before, after) in enumerate(self._crops, start=2):
            if after > before:
                y = y.narrow(axis, 0, y.shape[axis] - (after - before))
        return y

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, output_padding={self.output_padding}"


def crop_of(padding: str, kernel: int, stride: int, dilation: int, extra: int | None) -> tuple[int, int]:
    """Cells to cut before and after the full result of one axis; negative: cells of zeros to add.

    The full result of `size` cells is (size - 1) * stride + reach long. Source:
    `compute_conv_transpose_output_crops_for_torch` of Keras 3.
    """
    reach = (kernel - 1) * dilation + 1
    if padding == "valid":
        return 0, min(reach - stride, 0) if extra is None else -extra
    surplus = reach - stride if extra is None else reach - reach % 2 - extra
    before = max(surplus // 2, 0)
    return before, surplus - before
