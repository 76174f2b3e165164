"""The layer type `GaussianNoise`."""

from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, as_float, one
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import SEED, Seed
from layerloom.tensors import TensorSpec


class GaussianNoise(KerasLayer):
    """Adds random noise while training.

    x + a normal number of mean 0 and deviation `stddev`, drawn for each entry; nothing at inference. The
    shape stays.
    """

    stddev: float = Field(ge=0, description="Standard deviation of the noise.")
    seed: Seed | None = Field(default=None, description=SEED)

    category: ClassVar[Category] = "regularization"
    search_words: ClassVar[tuple[str, ...]] = ("jitter", "augmentation", "overfitting", "高斯噪声")
    mask_out: ClassVar = "pass"
    depends_on_training: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A little noise", {"stddev": 0.1}, {"inputs": (TensorSpec((None, 8)),)}),
        Example("On a sequence", {"stddev": 0.5}, {"inputs": (TensorSpec((None, None, 8), masked=True),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        return {
            "output": TensorSpec(spec.shape, as_float(spec.dtype), spec.axes, spec.masked, spec.mask_shape)
        }

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.noise.GaussianNoise", {"stddev": self.stddev})
