"""The layer type `SetMask`."""

from dataclasses import replace
from typing import ClassVar

from layerloom.layers.base import Category, Example, Inputs, KerasLayer, Outputs, Port, one, refuse
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec


class SetMask(KerasLayer):
    """Puts another mask beside a tensor, or takes the mask away.

    The numbers are unchanged: (batch, time, …) → the same. What is wired to `mask`, booleans of the shape
    (batch, time) or of as many first axes as it has, says which steps count for the layers after it. With
    nothing there, every step counts. It stands for `mask=` in a call of a Keras layer.
    """

    category: ClassVar[Category] = "core"
    search_words: ClassVar[tuple[str, ...]] = ("mask", "padding", "skip steps", "unmask", "掩码")
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("inputs", "Tensor that gets the mask."),
        Port("mask", "True where a step counts; nothing wired: all count.", least=0),
    )
    mask_out: ClassVar = "own"
    keras_name: ClassVar[str | None] = ""
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "A mask from elsewhere",
            {},
            {"inputs": (TensorSpec((None, 5, 3)),), "mask": (TensorSpec((None, 5), "bool"),)},
        ),
        Example("Without a mask", {}, {"inputs": (TensorSpec((None, 5, 3), masked=True),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        given = inputs.get("mask", ())
        if not given:
            return {"output": spec.without_mask()}
        mask = given[0]
        if mask.dtype != "bool":
            raise refuse(
                "dtype.mismatch",
                f"got a mask of {mask.dtype}; expected booleans.",
                "Compare the tensor with something first, such as NotEqual with 0.",
                port="mask",
            )
        fits = 1 < mask.rank <= spec.rank and all(
            None in (have, want) or have == want for have, want in zip(mask.shape, spec.shape, strict=False)
        )
        if not fits:
            raise refuse(
                "shape.mismatch",
                f"got a mask of shape {mask} for {spec}; expected the first axes of it, (batch, time).",
                "Wire a mask with a value for every step.",
                port="mask",
            )
        return {"output": replace(spec, masked=True, mask_shape=mask.shape)}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.masks.SetMask")
