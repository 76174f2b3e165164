"""The layer type `Normalization`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

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
from layerloom.layers.fields.axes import expect_axes
from layerloom.tensors import TensorSpec

_AXES = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}
_NUMBERS = {"anyOf": [{"type": "number"}, {"type": "array"}, {"type": "null"}]}
_MOST_NUMBERS = 1_000_000


def _read_axis(value: object) -> object:
    """As Keras keeps it: a tuple."""
    if value is None:
        return ()
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _read_numbers(value: object) -> object:
    if isinstance(value, Mapping) and value.get("class_name") == "__numpy__":  # an array, as Keras saves it
        config = value.get("config")
        value = config.get("value") if isinstance(config, Mapping) else value
    return _as_tuples(value)


def _as_tuples(value: object, depth: int = 0) -> object:
    if isinstance(value, list | tuple) and depth < 8:
        return tuple(_as_tuples(each, depth + 1) for each in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _shape_of(value: Any) -> tuple[int, ...]:  # Any: a number, or nested tuples of them
    """Raises ValueError where the lists within are not of one length, or something in them is no number."""
    if not isinstance(value, tuple):
        if not isinstance(value, float) or value != value or value in (float("inf"), -float("inf")):
            raise ValueError(f"expected a number or lists of numbers; received {value!r}")
        return ()
    shapes = {_shape_of(each) for each in value}
    if len(shapes) != 1:
        raise ValueError("expected lists of one length, and none empty")
    return (len(value), *shapes.pop())


def _checked(value: Any) -> Any:
    if value is not None:
        size = 1
        for each in _shape_of(value):
            size *= each
        if size > _MOST_NUMBERS:
            raise ValueError(f"holds {size:,} numbers; at most {_MOST_NUMBERS:,} are taken")
    return value


Numbers = Annotated[Any, BeforeValidator(_read_numbers), AfterValidator(_checked), WithJsonSchema(_NUMBERS)]


class Normalization(KerasLayer):
    """Brings features to mean 0 and variance 1, by numbers that are known.

    `(x - mean) / √variance`, with a mean and a variance for each entry of `axis`; the shape stays. They are given
    here, or come with the weights of a Keras model that has seen its data (`adapt`); nothing is learned in training.
    With `invert` it goes back.
    """

    axis: Annotated[tuple[int, ...], BeforeValidator(_read_axis), WithJsonSchema(_AXES)] = Field(
        default=(-1,),
        description="Axis, or axes, with a mean for each of their entries, the batch counted as 0; empty: one mean.",
    )
    mean: Numbers = Field(
        default=None,
        description="Mean: a number, or one for each entry of `axis`; empty: it comes with the weights.",
    )
    variance: Numbers = Field(default=None, description="Variance, in the shape of the mean.")
    invert: bool = Field(default=False, description="Goes back: x · √variance + mean.")

    category: ClassVar[Category] = "preprocessing"
    search_words: ClassVar[tuple[str, ...]] = (
        "standardise",
        "z-score",
        "mean",
        "variance",
        "adapt",
        "标准化",
    )
    mask_out: ClassVar = "pass"
    examples: ClassVar[tuple[Example, ...]] = (
        Example("By what a Keras model has seen", {}, {"inputs": (TensorSpec((None, 5)),)}),
        Example(
            "Channels of a picture",
            {"mean": [0.5, 0.4, 0.3], "variance": [0.04, 0.05, 0.06]},
            {"inputs": (TensorSpec((None, None, None, 3)),)},
        ),
        Example(
            "And back, by one number",
            {"axis": None, "mean": 3.0, "variance": 2.0, "invert": True},
            {"inputs": (TensorSpec((None, 4)),)},
        ),
    )

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.mean is None) != (self.variance is None):
            raise ValueError("`mean` and `variance` belong together: give both or neither")
        if self.mean is None:
            return self
        shapes = _shape_of(self.mean), _shape_of(self.variance)
        if shapes[0] != shapes[1]:
            raise ValueError(f"`mean` has shape {shapes[0]}, `variance` {shapes[1]}; they must be alike")
        if len(shapes[0]) > len(self.axis):
            raise ValueError(f"`mean` has {len(shapes[0])} axes, more than `axis` names ({len(self.axis)})")
        return self

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        kept = self._kept(spec)
        if self.mean is not None:
            shape = _shape_of(self.mean)
            for axis, size in zip(reversed(kept), reversed(shape), strict=False):
                if size not in (1, spec.shape[axis]):
                    raise refuse(
                        "shape.mismatch",
                        f"got shape {spec}; `mean` has shape {shape}, and axis {axis} has size {spec.shape[axis]}.",
                        "Give a mean and a variance for each entry of `axis`.",
                        field="mean",
                    )
        return {"output": floating(spec)}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        if self.mean is not None:
            return ()
        spec = one(inputs)
        shape = tuple(known(spec, axis, why="it has a mean for each entry") for axis in self._kept(spec))
        zeros, ones = {"type": "Zeros", "config": {}}, {"type": "Ones", "config": {}}
        return (
            Weight("mean", shape, zeros, "mean", trainable=False),
            Weight("variance", shape, ones, "variance", trainable=False),
            Weight("count", (), zeros, "count", trainable=False),
        )

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 2 * (one(inputs).elements or 0)

    def torch_call(self, inputs: Inputs) -> Call:
        spec = one(inputs)
        kept = self._kept(spec)
        shape = tuple(spec.shape[axis] or 0 if axis in kept else 0 for axis in range(spec.rank))
        arguments: dict[str, Any] = {"shape": shape}
        if self.mean is not None:
            arguments |= {"mean": self.mean, "variance": self.variance}
        if self.invert:
            arguments["invert"] = True
        return Call("layerloom.layers.modules.preprocessing.Normalization", arguments)

    def _kept(self, spec: TensorSpec) -> tuple[int, ...]:
        """In the order of the tensor's axes, whatever the order given."""
        kept = tuple(sorted(expect_axes(spec, self.axis)))
        for axis in kept:
            known(spec, axis, why="it has a mean for each entry")
        return kept
