"""The layer type `SpectralNormalization`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Example, Inputs, LayerType, Outputs, Port, Weight, refuse
from layerloom.layers.binding import BindingLayer, LayerId
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import Size
from layerloom.tensors import TensorSpec

_KERNELS = ("kernel", "embeddings")
_START = {"type": "TruncatedNormal", "config": {"mean": 0.0, "stddev": 0.02}}


class SpectralNormalization(BindingLayer):
    """Keeps the largest singular value of a layer's kernel at one.

    Takes a copy of the layer that it names: Dense, a convolution, Embedding. In training each call divides
    the kernel, as a matrix (…, last axis), by its largest singular value, for good; this bounds how much the
    layer can stretch its input, which steadies adversarial training. Shapes are those of the layer.
    """

    layer: LayerId = Field(description="Id of the layer, in this model, that is copied; it has a kernel.")
    power_iterations: Size = Field(
        default=1, description="Steps towards the singular value in each call; more are more exact."
    )

    category: ClassVar[Category] = "normalization"
    search_words: ClassVar[tuple[str, ...]] = (
        "GAN",
        "Lipschitz",
        "singular value",
        "discriminator",
        "谱归一化",
    )
    binds: ClassVar[tuple[str, ...]] = ("layer",)
    input_ports: ClassVar[tuple[Port, ...]] = (Port("inputs", "Tensor that the layer is called on."),)
    depends_on_training: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "A Dense of a discriminator",
            {"layer": "dense"},
            {"inputs": (TensorSpec((None, 6)),)},
            {"dense": {"type": "Dense", "config": {"units": 4}}},
        ),
        Example(
            "A convolution, more exactly",
            {"layer": "conv", "power_iterations": 3},
            {"inputs": (TensorSpec((None, 8, 8, 3)),)},
            {"conv": {"type": "Conv2D", "config": {"filters": 4, "kernel_size": 3, "padding": "same"}}},
        ),
    )

    @property
    def part(self) -> LayerType:
        """The config of the layer within."""
        (part,) = self.parts("layer")
        return part

    def infer(self, inputs: Inputs) -> Outputs:
        self._kernel(inputs)
        return {port: spec.without_mask() for port, spec in self.part.infer(inputs).items()}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        kernel = self._kernel(inputs)
        within = tuple(
            replace(
                weight,
                path=f"layer.{weight.path}",
                group=f"layer/{weight.group}".rstrip("/"),
                copies=("",) if weight == kernel else (),  # the wrapper holds it too
            )
            for weight in self.part.weights(inputs)
        )
        width = kernel.shape[-1]
        return (*within, Weight("vector_u", (1, width), _START, "vector_u", trainable=False))

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return self.part.flops(inputs, outputs)

    def torch_call(self, inputs: Inputs) -> Call:
        kernel = self._kernel(inputs)
        arguments = {
            "layer": self.part.torch_call(inputs),
            "path": kernel.path,
            "layout": kernel.layout,
            "power_iterations": self.power_iterations,
        }
        return Call("layerloom.layers.modules.spectral_normalization.SpectralNormalization", arguments)

    def penalized_within(self) -> dict[str, Mapping[str, object]]:
        regularizer = getattr(self.part, "activity_regularizer", None)
        return {"layer": regularizer} if regularizer else {}

    def _kernel(self, inputs: Inputs) -> Weight:
        for weight in self.part.weights(inputs):
            if weight.name in _KERNELS and not weight.group:
                return weight
        raise self._unfit()

    def _check_parts(self) -> None:
        part = self.part
        names = [port.name for port in part.input_ports]
        if part.structural or not part.is_callable or part.binds or names != ["inputs"] or part.takes_mask:
            raise self._unfit()

    def _unfit(self) -> Exception:
        return refuse(
            "config.invalid",
            f"names `{self.layer}`, which is {type(self.part).__name__}; expected a layer with a kernel.",
            "Name a Dense, a convolution or an Embedding.",
            field="layer",
        )
