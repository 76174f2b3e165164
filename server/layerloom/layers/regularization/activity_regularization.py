"""The layer type `ActivityRegularization`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.choices import Choice
from layerloom.tensors import TensorSpec


class ActivityRegularization(KerasLayer):
    """Adds a penalty on what flows through it to the loss.

    The numbers pass unchanged; `l1 · Σ|x| + l2 · Σx²`, divided by the batch size, is added to the loss, which
    keeps them small or, with `l1`, mostly zero. (batch, …) → (batch, …).
    """

    l1: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="Weight of the sum of absolute values."
    )
    l2: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="Weight of the sum of squares.")

    category: ClassVar[Category] = "regularization"
    search_words: ClassVar[tuple[str, ...]] = ("penalty", "sparse", "lasso", "ridge", "活动正则化")
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Few features at once", {"l1": 0.01}, {"inputs": (TensorSpec((None, 64)),)}),
        Example("Small numbers", {"l2": 0.001}, {"inputs": (TensorSpec((None, None, 8), masked=True),)}),
    )

    @property
    def activity_regularizer(self) -> Choice | None:
        """What the model adds to its loss, as for any layer that has it in its config."""
        if self.l1 == self.l2 == 0:
            return None
        return {"type": "L1L2", "config": {"l1": self.l1, "l2": self.l2}}

    def infer(self, inputs: Inputs) -> Outputs:
        return {"output": one(inputs)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("torch.nn.Identity")
