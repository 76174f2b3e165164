"""The layer type `PReLU`."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from layerloom.layers.base import (
    Category,
    Example,
    Inputs,
    KerasLayer,
    Outputs,
    Weight,
    floating,
    known,
    one,
    refuse,
)
from layerloom.layers.calls import Call
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.regularizer import Regularizer
from layerloom.tensors import TensorSpec

_AXES = {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}


def _read_axes(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


class PReLU(KerasLayer):
    """Lets through what is below zero by a slope that is learned.

    x above 0, `alpha · x` below, with an `alpha` of its own for each entry of a sample, but for the axes that
    share theirs. The shape stays.
    """

    alpha_initializer: Initializer = initializer("zeros", "How the slopes start.")
    alpha_regularizer: Regularizer = Field(
        default=None, description="Penalty on the slopes, added to the loss."
    )
    alpha_constraint: Constraint = Field(
        default=None, description="Bound on the slopes, kept after each step."
    )
    shared_axes: Annotated[tuple[int, ...] | None, BeforeValidator(_read_axes), WithJsonSchema(_AXES)] = (
        Field(
            default=None,
            description="Axes along which one slope serves all, the batch counted as 0: [1, 2] for a picture.",
        )
    )

    category: ClassVar[Category] = "activations"
    search_words: ClassVar[tuple[str, ...]] = (
        "parametric relu",
        "rectifier",
        "nonlinearity",
        "参数化线性整流",
    )
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("A slope for each feature", {}, {"inputs": (TensorSpec((None, 8)),)}),
        Example(
            "A slope for each channel",
            {"shared_axes": [1, 2], "alpha_initializer": "random_uniform"},
            {"inputs": (TensorSpec((None, None, None, 3)),)},
        ),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        self._shape(inputs)
        return {"output": floating(one(inputs))}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        return (
            Weight(
                "alpha", self._shape(inputs), self.alpha_initializer, "weight",
                regularizer=self.alpha_regularizer, constraint=self.alpha_constraint,
            ),
        )  # fmt: skip

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 2 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        return Call("layerloom.layers.modules.activations.PReLU", {"shape": self._shape(inputs)})

    def _shape(self, inputs: Inputs) -> tuple[int, ...]:
        spec = one(inputs)
        shape = list(spec.shape[1:])
        for axis in self.shared_axes or ():
            if not 0 < axis < spec.rank:
                raise refuse(
                    "config.invalid",
                    f"got shape {spec}; `shared_axes` names {axis}, which is none of its axes after the batch.",
                    f"Name axes from 1 to {spec.rank - 1}.",
                    field="shared_axes",
                )
            shape[axis - 1] = 1
        return tuple(
            known(spec, axis, why="it has slopes of its own (share it with `shared_axes` otherwise)")
            if size is None
            else size
            for axis, size in enumerate(shape, 1)
        )
