"""What a loss is, and how values, masks and weights become one number, as in Keras 3 (`losses/loss.py`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from layerloom.choices import Choice, choices, create, dtype_name, named
from layerloom.tensors import TensorSpec

if TYPE_CHECKING:
    from torch import Tensor

EPSILON = 1e-7
"""Keras' `epsilon()`: probabilities are clipped to [EPSILON, 1 - EPSILON]."""


class Loss(Choice):
    """How wrong an output is."""

    targets: ClassVar[Literal["numbers", "classes"]] = "numbers"
    """`classes`: whole numbers, one axis less than the output; `numbers`: the output's own shape."""

    masks_itself: ClassVar[bool] = False
    """Whether `valid` leaves some values out; where it does, it is asked for each batch."""

    reduction: Literal["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum"] = Field(
        default="sum_over_batch_size", description="How the values of a batch become one number."
    )
    name: str | None = Field(default=None, description="Keras' name of the object; without effect.")
    dtype: Literal[None, "float32"] = Field(default=None, description="Losses compute in float32.")

    _plain_dtype = field_validator("dtype", mode="before")(dtype_name)

    @field_validator("reduction", mode="before")
    @classmethod
    def _is_one_number(cls, reduction: object) -> object:
        if reduction in (None, "none"):
            raise ValueError(
                "without a reduction a batch has many losses, and a gradient needs one; use "
                "'sum_over_batch_size' or 'sum'"
            )
        return reduction

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        """One value for each sample or time step: the output's shape without its last axis."""
        raise NotImplementedError(type(self).__name__)

    def mean(self, target: "Tensor", output: "Tensor") -> "Tensor":
        """The mean of `values`; overridden where one operation gives it at once."""
        return self.values(target, output).mean()

    def valid(self, target: "Tensor", values: "Tensor") -> "Tensor | None":
        """A mask that the loss itself brings (`ignore_class`); asked only where `masks_itself`."""
        return None

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        """Why this loss can't judge such an output, and how to mend it; None if it can."""
        return None

    def measure(
        self,
        target: "Tensor",
        output: "Tensor",
        mask: "Tensor | None" = None,
        weight: "Tensor | None" = None,
    ) -> "Tensor":
        """The loss of a batch. `mask` and `weight` have the shape of the values, or fewer axes."""
        if mask is None and weight is None and not self.masks_itself:
            return self.values(target, output).sum() if self.reduction == "sum" else self.mean(target, output)
        values = self.values(target, output)
        valid = self.valid(target, values) if self.masks_itself else None
        if valid is not None:
            mask = valid if mask is None else fitted(mask, values) & valid
        if mask is None and weight is None:
            return values.sum() if self.reduction == "sum" else values.mean()
        if values.dim() == 0:  # one value for the whole batch: each row has it
            values = values.expand((weight if weight is not None else mask).shape)  # type: ignore[union-attr]
        weights = self._weights(values, mask, weight)
        total = (values * weights).sum()
        if self.reduction == "sum":
            return total
        if self.reduction == "mean_with_sample_weight":
            divisor = weights.sum()
            return total / divisor.where(divisor != 0, divisor.new_ones(())) * (divisor != 0)
        return total / values.numel()

    def _weights(self, values: "Tensor", mask: "Tensor | None", weight: "Tensor | None") -> "Tensor":
        weights = values.new_ones(())
        if mask is not None:
            mask = fitted(mask, values).to(values.dtype)
            if self.reduction in ("sum_over_batch_size", "mean"):
                valid = mask.sum()  # so that the divisor becomes the number of valid entries
                mask = mask * (mask.numel() / valid.clamp(min=1.0))
            weights = mask
        if weight is not None:
            weights = weights * fitted(weight, values)
        return weights.expand_as(values) if weights.dim() < values.dim() else weights


def fitted(weight: "Tensor", values: "Tensor") -> "Tensor":
    """A mask or weight with as many axes as the values: missing ones are added, a last one of 1 dropped."""
    while weight.dim() > values.dim():
        weight = weight.squeeze(-1) if weight.shape[-1] == 1 else weight.any(-1)
    while weight.dim() < values.dim():
        weight = weight.unsqueeze(-1)
    return weight


def aligned(target: "Tensor", output: "Tensor") -> "Tensor":
    """The target with the output's rank and dtype: (rows,) beside (rows, 1), or the reverse."""
    if target.dim() + 1 == output.dim() and output.shape[-1] == 1:
        target = target.unsqueeze(-1)
    elif target.dim() == output.dim() + 1 and target.shape[-1] == 1:
        target = target.squeeze(-1)
    return target if target.dtype == output.dtype else target.to(output.dtype)


def losses() -> Mapping[str, type[Loss]]:
    """All losses by type."""
    return choices("layerloom.training.losses", Loss)


def loss_named(name: str) -> type[Loss] | None:
    """The loss that a document means by this name: `mse`, `MeanSquaredError`, …"""
    return named(losses(), name)


def create_loss(type_name: str, config: Mapping[str, Any], field: str) -> Loss:  # Any: JSON
    """Raises `ProblemError` with `loss.unknown` or `config.invalid`."""
    return create(losses(), "loss", type_name, config, field)
