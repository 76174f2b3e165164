"""The layer type `AlphaDropout`."""

from typing import ClassVar

from layerloom.layers.base import Example, Inputs
from layerloom.layers.calls import Call
from layerloom.layers.regularization.dropout import Dropout
from layerloom.tensors import TensorSpec


class AlphaDropout(Dropout):
    """Dropout for layers with `selu`: mean and variance stay.

    While training, each number becomes -1.758, the lowest value of `selu`, with probability `rate`; then all
    are scaled and shifted so that numbers of mean 0 and variance 1 keep both. At inference nothing happens.
    (batch, …) → (batch, …).
    """

    search_words: ClassVar[tuple[str, ...]] = ("selu", "self-normalizing", "overfitting", "随机失活")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("After a Dense with selu", {"rate": 0.1}, {"inputs": (TensorSpec((None, 64)),)}),
        Example(
            "The same features at every step",
            {"rate": 0.2, "noise_shape": [None, 1, None]},
            {"inputs": (TensorSpec((None, 10, 8), masked=True),)},
        ),
    )

    def torch_call(self, inputs: Inputs) -> Call:
        arguments = {"rate": self.rate, "noise_shape": self.noise_shape}
        return Call("layerloom.layers.modules.noise.AlphaDropout", arguments)
