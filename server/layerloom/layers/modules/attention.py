"""Attention by scores of queries and keys, without projections: Keras' `Attention` and `AdditiveAttention`."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layerloom.layers.modules.activations import as_float

Masks = Sequence[Tensor | None]
"""Of query and value."""


class Attention(nn.Module):
    """`softmax(scores) · value`, the scores by `query · keyᵀ` or by `w · Σ tanh(scale · (query + key))`.

    Masked values get a score that is lower by 10⁹; the result of a masked query is 0.
    """

    def __init__(
        self,
        score_mode: str = "dot",
        use_scale: bool = False,
        dropout: float = 0.0,
        use_causal_mask: bool = False,
        return_attention_scores: bool = False,
    ) -> None:
        super().__init__()
        self.score_mode, self.dropout = score_mode, dropout
        self.use_causal_mask, self.return_attention_scores = use_causal_mask, return_attention_scores
        self.scale = nn.Parameter(torch.ones(())) if use_scale else None
        self.concat_score_weight = nn.Parameter(torch.ones(())) if score_mode == "concat" else None

    def forward(
        self, query: Tensor, value: Tensor, key: Tensor | None = None, mask: Masks | None = None
    ) -> Tensor | tuple[Tensor, Tensor]:
        query, value = as_float(query), as_float(value)
        query_mask, value_mask = mask if mask is not None else (None, None)
        scores = self.scores(query, value if key is None else as_float(key))
        allowed = None if value_mask is None else value_mask.unsqueeze(-2)
        if self.use_causal_mask:
            causal = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
            allowed = causal if allowed is None else allowed & causal
        if allowed is not None:
            scores = torch.where(allowed, scores, scores - 1e9)
        weights = F.dropout(scores.softmax(-1), self.dropout, self.training)
        output = weights @ value
        if query_mask is not None:
            output = output.masked_fill(~query_mask.unsqueeze(-1), 0.0)
        return (output, weights) if self.return_attention_scores else output

    def scores(self, query: Tensor, key: Tensor) -> Tensor:
        """(batch, query steps, key steps)"""
        if self.concat_score_weight is None:
            scores = query @ key.transpose(-2, -1)
            return scores if self.scale is None else scores * self.scale
        together = query.unsqueeze(-2) + key.unsqueeze(-3)
        together = together if self.scale is None else self.scale * together
        return self.concat_score_weight * together.tanh().sum(-1)

    def extra_repr(self) -> str:
        return (
            f"score_mode={self.score_mode!r}, use_scale={self.scale is not None}, dropout={self.dropout}, "
            f"use_causal_mask={self.use_causal_mask}, "
            f"return_attention_scores={self.return_attention_scores}"
        )


class AdditiveAttention(Attention):
    """`softmax(scores) · value` with scores `Σ scale · tanh(query + key)` (Bahdanau and others, 2014)."""

    def __init__(
        self,
        features: int,
        use_scale: bool = True,
        dropout: float = 0.0,
        use_causal_mask: bool = False,
        return_attention_scores: bool = False,
    ) -> None:
        super().__init__("additive", False, dropout, use_causal_mask, return_attention_scores)
        if use_scale:
            self.scale = nn.Parameter(torch.ones(features))

    def scores(self, query: Tensor, key: Tensor) -> Tensor:
        together = (query.unsqueeze(-2) + key.unsqueeze(-3)).tanh()
        return together.sum(-1) if self.scale is None else together @ self.scale
