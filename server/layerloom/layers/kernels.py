"""Config that layers with a kernel and a bias share, and their two weights."""

from collections.abc import Mapping

from pydantic import Field

from layerloom.layers.base import KerasLayer, Weight
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.regularizer import Regularizer

ADAPTERS: Mapping[str, str] = {
    "lora_rank": "a low-rank adapter beside the weights",
    "lora_alpha": "a low-rank adapter beside the weights",
    "quantization_config": "weights of few bits",
    "gptq_unpacked_column_size": "weights of few bits",
}
"""Keys of Keras' layers for large models, which are null in every other."""


class BiasConfig(KerasLayer):
    """A bias where `use_bias`."""

    use_bias: bool = Field(default=True, description="Adds a learned number to each unit.")
    bias_initializer: Initializer = initializer("zeros", "How the bias is drawn at first.")
    bias_regularizer: Regularizer = Field(default=None, description="Penalty on the bias, added to the loss.")
    bias_constraint: Constraint = Field(default=None, description="Bound on the bias, kept after each step.")

    def _bias(self, size: int, path: str = "bias") -> tuple[Weight, ...]:
        if not self.use_bias:
            return ()
        return (
            Weight(
                "bias", (size,), self.bias_initializer, path,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            ),
        )  # fmt: skip


class KernelConfig(BiasConfig):
    """A kernel, and a bias where `use_bias`."""

    kernel_initializer: Initializer = initializer("glorot_uniform", "How the kernel is drawn at first.")
    kernel_regularizer: Regularizer = Field(
        default=None, description="Penalty on the kernel, added to the loss."
    )
    kernel_constraint: Constraint = Field(
        default=None, description="Bound on the kernel, kept after each step."
    )

    def _kernel(self, shape: tuple[int, ...], path: str, layout: tuple[int, ...] | str) -> Weight:
        return Weight(
            "kernel", shape, self.kernel_initializer, path, layout,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip


class BiasLayer(BiasConfig):
    """A bias where `use_bias`, and a penalty on the output."""

    activity_regularizer: Regularizer = Field(
        default=None,
        description="Penalty on the layer's output, added to the loss and divided by the batch size.",
    )


class KernelLayer(BiasLayer, KernelConfig):
    """A kernel, a bias where `use_bias`, and a penalty on the output."""
