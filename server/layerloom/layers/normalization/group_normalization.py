"""The layer type `GroupNormalization`."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    Outputs,
    Weight,
    expect_axis,
    floating,
    known,
    one,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.normalization.scaled import ScaledLayer
from layerloom.tensors import TensorSpec

_WHY = "it is divided into groups"


def _not_zero(value: int) -> int:
    if value == 0:
        raise ValueError("expected a number of groups from 1, or -1 for a group of each channel")
    return value


class GroupNormalization(ScaledLayer):
    """Brings groups of channels to mean 0 and variance 1, sample by sample.

    `gamma · (x - mean) / √(variance + epsilon) + beta`; the channels along `axis` are divided into `groups`
    neighbours, and mean and variance are taken over a group's channels and over all other axes but the
    batch. The shape stays, and training and inference are alike. One group comes close to layer
    normalization, a group of each channel (`groups` -1) is instance normalization.
    """

    groups: Annotated[int, Field(ge=-1), AfterValidator(_not_zero)] = Field(
        default=32, description="How many groups the channels make; -1: as many as there are channels."
    )
    axis: int = Field(default=-1, description="Axis of the channels, the batch counted as 0.")
    epsilon: float = Field(
        default=0.001, gt=0, description="Added to the variance, so that nothing divides by 0."
    )

    category: ClassVar[Category] = "normalization"
    search_words: ClassVar[tuple[str, ...]] = ("group norm", "instance normalization", "组归一化")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("After a convolution", {"groups": 4}, {"inputs": (TensorSpec((None, 8, 8, 16)),)}),
        Example("Each channel by itself", {"groups": -1}, {"inputs": (TensorSpec((None, 4, 5, 3)),)}),
        Example(
            "Channels first, no offset",
            {"groups": 2, "axis": 1, "center": False},
            {"inputs": (TensorSpec((None, 6, None, 5)),)},
        ),
        Example("Features", {"groups": 2, "epsilon": 1e-5}, {"inputs": (TensorSpec((None, 8)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        channels = self._channels(inputs)
        if self.groups > 0 and channels % self.groups:
            raise refuse(
                "shape.mismatch",
                f"got shape {one(inputs)}; its {channels} channels can't be divided into {self.groups} groups "
                "of one size.",
                f"Set `groups` to a divisor of {channels}, such as {_divisor(channels, self.groups)}.",
                field="groups",
            )
        return {"output": floating(one(inputs))}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        return self._scaling((self._channels(inputs),))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 8 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        channels = self._channels(inputs)
        arguments: dict[str, Any] = {
            "groups": channels if self.groups == -1 else self.groups,
            "channels": channels,
            "axis": self.axis,
            "epsilon": self.epsilon,
        }
        further = {name: False for name in ("center", "scale") if not getattr(self, name)}
        return Call("layerloom.layers.modules.normalization.GroupNormalization", arguments | further)

    def _channels(self, inputs: Inputs) -> int:
        spec = one(inputs)
        return known(spec, expect_axis(spec, self.axis), why=_WHY)


def _divisor(channels: int, wanted: int) -> int:
    return next(groups for groups in range(min(channels, wanted), 0, -1) if channels % groups == 0)
