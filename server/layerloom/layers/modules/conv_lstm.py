"""Keras' ConvLSTM on torch: an LSTM whose products are convolutions; channels last outside, views of it inside."""

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import function_of
from layerloom.layers.modules.recurrence import Recurrence, States, same
from layerloom.layers.modules.windows import Sizes, channels_to_last, channels_to_second, padded, padding_of

Name = str | Mapping[str, Any]


class ConvLSTM(Recurrence):
    """Over (batch, time, …, channels). Gates i, f, c, o; the state's kernel pads with `same` and has no strides.

    Weights: `weight_ih` (4 x filters, channels, *kernel), `weight_hh` (4 x filters, filters, *kernel), `bias`.
    """

    state_count = 2

    def __init__(
        self,
        in_channels: int,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        dilation_rate: Sizes,
        bias: bool = True,
        activation: Name = "tanh",
        recurrent_activation: Name = "sigmoid",
        channels_first: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        **options: Any,  # Any: the options of Recurrence
    ) -> None:
        super().__init__(**options)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
        self.padding, self.dilation_rate, self.channels_first = padding, dilation_rate, channels_first
        self.activation, self.recurrent_activation = activation, recurrent_activation
        self.dropout, self.recurrent_dropout = dropout, recurrent_dropout
        self._inner = function_of(activation) or same
        self._gate = function_of(recurrent_activation) or same
        self._conv = (F.conv1d, F.conv2d, F.conv3d)[len(kernel_size) - 1]
        self._once = (1,) * len(kernel_size)
        limit = math.sqrt(1 / (filters * math.prod(kernel_size)))
        shape = (4 * filters, in_channels, *kernel_size)
        self.weight_ih = nn.Parameter(torch.empty(shape).uniform_(-limit, limit))
        shape = (4 * filters, filters, *kernel_size)
        self.weight_hh = nn.Parameter(torch.empty(shape).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.zeros(4 * filters)) if bias else None

    def _run(self, x: Tensor, states: States, lengths: Tensor | None) -> tuple[Tensor, States]:
        projected = self._projected(x).unbind(1)
        masks = self._masks(states[0], self.recurrent_dropout)

        def step(index: int, before: States) -> States:
            h, c = before
            i, f, z, o = (projected[index] + self._recurred(self._second(h), masks)).chunk(4, 1)
            i, f, z, o = (self._outside(gate) for gate in (i, f, z, o))
            c = self._gate(f) * c + self._gate(i) * self._inner(z)
            return self._gate(o) * self._inner(c), c

        return self._loop(len(projected), states, lengths, step)

    def _projected(self, x: Tensor) -> Tensor:
        """The convolved inputs of all steps at once: (batch, time, 4 x filters, …)."""
        masks = self._masks(x[:, 0], self.dropout)
        given = [x] if masks is None else [x * mask.unsqueeze(1) for mask in masks]
        parts = []
        kernels = [self.weight_ih] if masks is None else self.weight_ih.chunk(4)
        for each, kernel in zip(given, kernels, strict=True):
            flat = self._second(each.flatten(0, 1))
            pads = padding_of(
                tuple(flat.shape[2:]), self.kernel_size, self.strides, self.dilation_rate, self.padding
            )
            flat = padded(flat, pads)
            parts.append(self._conv(flat, kernel, None, self.strides, 0, self.dilation_rate))
        y = torch.cat(parts, 1)
        if self.bias is not None:
            y = y + self.bias.reshape(-1, *self._once)
        return y.reshape(*x.shape[:2], *y.shape[1:])

    def _recurred(self, h: Tensor, masks: Tensor | None) -> Tensor:
        pads = padding_of(tuple(h.shape[2:]), self.kernel_size, self._once, self._once, "same")
        if masks is None:
            return self._conv(padded(h, pads), self.weight_hh)
        parts = [
            self._conv(padded(h * self._second(mask), pads), kernel)
            for mask, kernel in zip(masks, self.weight_hh.chunk(4), strict=True)
        ]
        return torch.cat(parts, 1)

    def _masks(self, x: Tensor, rate: float) -> Tensor | None:
        """One dropout mask a gate, drawn once for the sequence."""
        if not (self.training and rate):
            return None
        return F.dropout(x.new_ones(4, *x.shape), rate)

    def _zeros(self, x: Tensor) -> States:
        places = x.shape[3:] if self.channels_first else x.shape[2:-1]
        windows = zip(places, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        sizes = [
            -(-size // stride) if self.padding == "same" else -(-(size - (kernel - 1) * dilation) // stride)
            for size, kernel, stride, dilation in windows
        ]
        shape = (self.filters, *sizes) if self.channels_first else (*sizes, self.filters)
        zeros = x.new_zeros(x.shape[0], *shape)
        return zeros, zeros

    def _second(self, x: Tensor) -> Tensor:
        return x if self.channels_first else channels_to_second(x)

    def _outside(self, x: Tensor) -> Tensor:
        return x if self.channels_first else channels_to_last(x)

    def extra_repr(self) -> str:
        return (
            f"{tuple(self.weight_ih.shape)}, strides={self.strides}, padding={self.padding!r}, "
            f"dilation_rate={self.dilation_rate}, bias={self.bias is not None}, activation={self.activation!r}, "
            f"recurrent_activation={self.recurrent_activation!r}, channels_first={self.channels_first}, "
            f"dropout={self.dropout}, recurrent_dropout={self.recurrent_dropout}, {self._shown_options()}"
        )
