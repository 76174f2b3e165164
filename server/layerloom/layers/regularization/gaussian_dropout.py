"""The layer type `GaussianDropout`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, as_float, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import SEED, Seed
from layerloom.tensors import TensorSpec


class GaussianDropout(KerasLayer):
    """Multiplies by random numbers around 1 while training.

    x times a normal number of mean 1 and variance rate / (1 - rate), as uncertain as Dropout makes it;
    nothing at inference. The shape stays.
    """

    rate: float = Field(ge=0, lt=1, description="Share that Dropout would drop, from 0 to just below 1.")
    seed: Seed | None = Field(default=None, description=SEED)

    category: ClassVar[Category] = "regularization"
    search_words: ClassVar[tuple[str, ...]] = ("multiplicative noise", "overfitting", "高斯随机失活")
    mask_out: ClassVar = "pass"
    depends_on_training: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A little noise", {"rate": 0.1}, {"inputs": (TensorSpec((None, 8)),)}),
        Example("On a sequence", {"rate": 0.5}, {"inputs": (TensorSpec((None, None, 8), masked=True),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.noise.GaussianDropout", {"rate": self.rate})
