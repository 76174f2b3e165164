"""Small models with the interface of a built model, and data for them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from layerloom.document import Training
from layerloom.training.data import TrainingData


class SmallModel(nn.Module):
    """A trunk and one Dense head for each output; `masks` gives a mask by output position."""

    def __init__(
        self,
        inputs: int = 6,
        outputs: Sequence[tuple[str, int, str | None]] = (("main", 1, "sigmoid"),),
        units: int = 8,
        dropout: float = 0.0,
        seed: int = 0,
        masks: Callable[[Tensor], Sequence[Tensor | None]] | None = None,
        penalty: float = 0.0,
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.input_names = ("features",)
        self.output_names = tuple(name for name, _, _ in outputs)
        self.activations = [activation for _, _, activation in outputs]
        self.trunk = nn.Linear(inputs, units)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleList(nn.Linear(units, width) for _, width, _ in outputs)
        self.masks = masks
        self.penalty = penalty
        self.broken = False

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        hidden = self.dropout(self.trunk(features).tanh())
        if self.broken:
            hidden = hidden / 0
        outputs = []
        for head, activation in zip(self.heads, self.activations, strict=True):
            output = head(hidden)
            if activation == "sigmoid":
                output = output.sigmoid()
            elif activation == "softmax":
                output = output.softmax(-1)
            outputs.append(output)
        return tuple(outputs)

    def forward_with_masks(self, features: Tensor) -> tuple[tuple[Tensor, ...], Any]:
        return self(features), self.masks(features) if self.masks else None

    def regularization(self) -> Tensor | None:
        return self.penalty * self.trunk.weight.square().sum() if self.penalty else None

    def first_not_finite(self, features: Tensor) -> str | None:
        hidden = self.trunk(features).tanh() / (0 if self.broken else 1)
        return None if hidden.isfinite().all() else "trunk"


def rows(count: int = 37, width: int = 6, seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


def yes_or_no(features: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return (features[:, :1] > 0).astype(np.float32)


def numbers(features: np.ndarray[Any, Any], width: int = 2) -> np.ndarray[Any, Any]:
    return features[:, :width] * 2 - features[:, 1 : width + 1]


def binary_data(count: int = 37, validation: int = 0) -> TrainingData:
    features = rows(count + validation)
    seen = TrainingData({"features": features[count:]}, {"main": yes_or_no(features[count:])})
    return TrainingData(
        {"features": features[:count]},
        {"main": yes_or_no(features[:count])},
        validation=seen if validation else None,
    )


def training(
    outputs: dict[str, Any] | None = None,
    optimizer: dict[str, Any] | None = None,
    **fit: Any,  # as in a document
) -> Training:
    """A training section; by default binary cross-entropy on `main`, RMSprop, 3 epochs of batches of 8."""
    return Training.model_validate(
        {
            "outputs": outputs or {"main": {"loss": "binary_crossentropy", "metrics": ["accuracy"]}},
            "optimizer": optimizer or {"type": "RMSprop"},
            "fit": {"epochs": 3, "batch_size": 8, "seed": 7, **fit},
        }
    )
