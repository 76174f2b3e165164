"""Attention in several heads, with projections: Keras' `MultiHeadAttention` and `GroupQueryAttention`."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import Softmax, as_float

Masks = Sequence[Tensor | None]
"""Of query, value and key."""


class Projection(nn.Module):
    """The last axes of x, `inputs`, through a kernel of shape (*inputs, *outputs)."""

    def __init__(self, inputs: tuple[int, ...], outputs: tuple[int, ...], bias: bool = True) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.weight = nn.Parameter(torch.empty(*inputs, *outputs).normal_(std=0.05))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        kernel = self.weight.reshape(math.prod(self.inputs), -1)
        bias = None if self.bias is None else self.bias.flatten()
        y = F.linear(x.flatten(-len(self.inputs)), kernel.T, bias)
        return y.reshape(*y.shape[:-1], *self.outputs)

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}, bias={self.bias is not None}"


class MultiHeadAttention(nn.Module):
    """Each query looks at all keys of its sample, in every head by itself (Vaswani and others, 2017).

    `features` are those of query, value and key. A mask is built of all that there are: queries by rows,
    values and keys by columns, what is before (`use_causal_mask`), what is near (`sliding_window`), and
    `attention_mask`. As in Keras, a query to which everything is forbidden gets the mean of all values on
    the usual path, and nothing but the bias where scores are worked out one by one: with dropout, with
    `return_attention_scores`, or along other axes than one axis of time. With `keeps_activities` the last
    call's projections are kept for a penalty.
    """

    def __init__(
        self,
        features: tuple[int, int, int],
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        output_shape: tuple[int, ...] | None = None,
        num_key_value_heads: int | None = None,
        attention_axes: tuple[int, ...] | None = None,
        bias: bool = True,
        dropout: float = 0.0,
        use_gate: bool = False,
        sliding_window: int | None = None,
        use_causal_mask: bool = False,
        return_attention_scores: bool = False,
        keeps_activities: bool = False,
    ) -> None:
        super().__init__()
        query, value, key = features
        value_dim = key_dim if value_dim is None else value_dim
        shared = num_heads if num_key_value_heads is None else num_key_value_heads
        self.repeats, self.scale = num_heads // shared, 1 / math.sqrt(key_dim)
        self.attention_axes, self.dropout, self.sliding_window = attention_axes, dropout, sliding_window
        self.use_causal_mask, self.return_attention_scores = use_causal_mask, return_attention_scores
        self.keeps_activities = keeps_activities
        self._kept: list[Tensor] = []
        self.query_dense = Projection((query,), (num_heads, key_dim), bias)
        self.key_dense = Projection((key,), (shared, key_dim), bias)
        self.gate_dense = Projection((query,), (num_heads, value_dim), bias) if use_gate else None
        self.value_dense = Projection((value,), (shared, value_dim), bias)
        self.output_dense = Projection((num_heads, value_dim), output_shape or (query,), bias)

    def forward(
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask: Masks | None = None,
    ) -> Tensor | tuple[Tensor, Tensor]:
        query, value = as_float(query), as_float(value)
        key = value if key is None else as_float(key)
        goes_at_once = not (self.dropout or self.return_attention_scores or query.dim() != 3)
        only_causal = goes_at_once and self._is_only_causal(attention_mask, mask)
        allowed = self._allowed(query, value, attention_mask, mask, only_causal)
        gate = None if self.gate_dense is None else self.gate_dense(query).sigmoid()
        q, k, v = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        kept = [q, k, v] if gate is None else [q, k, gate, v]
        if self.repeats > 1:
            k, v = k.repeat_interleave(self.repeats, 2), v.repeat_interleave(self.repeats, 2)
        scores = None
        if goes_at_once:
            y = self._at_once(q, k, v, allowed, only_causal)
        else:
            y, scores = self._one_by_one(q, k, v, allowed)
        y = self.output_dense(y if gate is None else y * gate)
        if self.keeps_activities:
            self._kept = [*kept, y]
        return (y, scores) if self.return_attention_scores and scores is not None else y

    def activities(self) -> list[Tensor]:
        """What the projections of the last call gave."""
        kept, self._kept = self._kept, []
        return kept

    def _is_only_causal(self, attention_mask: Tensor | None, mask: Masks | None) -> bool:
        """Torch has a kernel of its own for this."""
        has_other = self.sliding_window is not None or attention_mask is not None
        return self.use_causal_mask and not has_other and all(each is None for each in mask or ())

    def _allowed(
        self,
        query: Tensor,
        value: Tensor,
        attention_mask: Tensor | None,
        mask: Masks | None,
        only_causal: bool,
    ) -> Tensor | None:
        """Which query may look at which key: (batch, queries, keys), or with further axes of `attention_mask`."""
        query_mask, value_mask, key_mask = mask if mask is not None else (None, None, None)
        rows, columns = query.shape[1], value.shape[1]
        found = [] if query_mask is None else [query_mask.unsqueeze(-1)]
        found += [each.unsqueeze(-2) for each in (value_mask, key_mask) if each is not None]
        if self.use_causal_mask and not only_causal:
            found.append(torch.ones(1, rows, columns, dtype=torch.bool, device=query.device).tril())
        if self.sliding_window is not None:
            row = torch.arange(rows, device=query.device).unsqueeze(-1)
            column = torch.arange(columns, device=query.device)
            found.append(((row - column).abs() < self.sliding_window).unsqueeze(0))
        allowed = None
        for each in found:
            allowed = each if allowed is None else allowed & each
        if attention_mask is None:
            return allowed
        attention_mask = attention_mask.bool()
        if allowed is None:
            return attention_mask
        if attention_mask.dim() > allowed.dim():  # it has an axis of heads
            allowed = allowed.unsqueeze(-3)
        return attention_mask & allowed

    def _at_once(
        self, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None, only_causal: bool
    ) -> Tensor:
        """(batch, steps, heads, features) of each, by torch's fused attention."""
        q, k, v = (each.transpose(1, 2) for each in (query, key, value))
        if allowed is not None:
            allowed = allowed.unsqueeze(-3) if allowed.dim() < 4 else allowed
            # A query to which all is forbidden looks at everything alike, and learns nothing of what it was.
            forbidden = ~allowed.any(-1, keepdim=True)
            q, allowed = q.masked_fill(forbidden, 0.0), allowed | forbidden
        y = F.scaled_dot_product_attention(q, k, v, allowed, is_causal=only_causal, scale=self.scale)
        return y.transpose(1, 2)

    def _one_by_one(
        self, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Along any axes; the scores are (batch, …, heads, query axes, key axes)."""
        rank = query.dim()
        axes = self.attention_axes or tuple(range(1, rank - 2))
        axes = tuple(axis if axis >= 0 else rank - 1 + axis for axis in axes)
        letters = "abcdefghijklmnopqrstuvwxyz"
        queries, keys = letters[:rank], list(letters[:rank])
        for place, axis in enumerate(axes):
            keys[axis] = letters[rank + place]
        kept = [letter for place, letter in enumerate(queries[:-1]) if place not in axes]
        both = "".join([*kept, *(queries[axis] for axis in axes), *(keys[axis] for axis in axes)])
        scores = torch.einsum(f"{''.join(keys)},{queries}->{both}", key, query * self.scale)
        while allowed is not None and allowed.dim() < scores.dim():
            allowed = allowed.unsqueeze(-2 * len(axes) - 1)
        over = tuple(range(scores.dim() - len(axes), scores.dim()))
        weights = Softmax(over if len(over) > 1 else over[0])(scores, mask=allowed)
        dropped = F.dropout(weights, self.dropout, self.training)
        return torch.einsum(f"{both},{''.join(keys)}->{queries}", dropped, value), weights

    def extra_repr(self) -> str:
        return (
            f"attention_axes={self.attention_axes}, dropout={self.dropout}, sliding_window={self.sliding_window}, "
            f"use_causal_mask={self.use_causal_mask}, return_attention_scores={self.return_attention_scores}"
        )
