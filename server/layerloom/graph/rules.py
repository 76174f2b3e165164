"""The arithmetic of one layer on given specs, remembered: a document that was edited is mostly what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from layerloom.graph.configs import ParsedLayer
from layerloom.layers.base import Inputs, KerasLayer, Weight
from layerloom.layers.fields.matrices import refuse_without_matrix
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import TensorSpec

_LARGEST_TENSOR = 2**40
_OTHER_FLOATS = frozenset({"bfloat16", "float16", "float64"})
_MOST_REMEMBERED_INPUTS = 8
"""Calls on more tensors are worked out anew, so that what is remembered stays small."""

Key = tuple[tuple[str, Sequence[TensorSpec]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ruled:
    """What a call gives and needs; `problems` instead where it can't be made.

    `elements` counts the numbers in all results, `size` those in all weights, `trainable` those that training changes.
    """

    outputs: Mapping[str, TensorSpec]
    weights: tuple[Weight, ...] = ()
    flops: int = 0
    elements: int = 0
    size: int = 0
    trainable: int = 0
    problems: tuple[Problem, ...] = ()


def taken(layer: ParsedLayer, inputs: Inputs) -> Inputs:
    """What the layer makes of its inputs before it computes: Keras' layers turn decimal points into their own type.

    Rules are written for float32; `rule` says bfloat16 of what a layer of that policy gives.
    """
    if not isinstance(layer.config, KerasLayer) or not any(
        spec.dtype in _OTHER_FLOATS for specs in inputs.values() for spec in specs
    ):
        return inputs
    return {
        port: tuple(replace(spec, dtype="float32") if spec.dtype in _OTHER_FLOATS else spec for spec in specs)
        for port, specs in inputs.items()
    }


def rule(layer: ParsedLayer, inputs: Inputs) -> Ruled:
    """The call of a layer that computes by itself on `inputs`.

    Raises:
        ProblemError: What the layer type says of such inputs, without model and node.
    """
    key: Key = tuple(inputs.items())
    is_small = sum(map(len, inputs.values())) <= _MOST_REMEMBERED_INPUTS
    ruled = _remembered(layer, key) if is_small else _ruled(layer, key)
    if ruled.problems:
        raise ProblemError(*ruled.problems)
    return ruled


def _ruled(layer: ParsedLayer, key: Key) -> Ruled:
    config = layer.config
    if config is None:
        raise ValueError(f"{layer.type} has no config")
    inputs = dict(key)
    try:
        outputs = config.infer(inputs)
        if isinstance(config, KerasLayer) and config.computes_in != "float32":
            outputs = {
                port: replace(spec, dtype=config.computes_in) if spec.dtype == "float32" else spec
                for port, spec in outputs.items()
            }
        refuse_huge(outputs)
        if layer.type in ("Input", "Output"):
            elements = outputs["output"].elements or 0 if layer.type == "Input" else 0
            return Ruled(outputs, elements=elements)
        weights = config.weights(inputs)
        refuse_without_matrix(config, weights, outputs)
        flops = config.flops(inputs, outputs)
    except ProblemError as error:
        return Ruled({}, problems=error.problems)
    return Ruled(
        outputs,
        weights,
        flops,
        elements=sum(spec.elements or 0 for spec in outputs.values()),
        size=sum(weight.size for weight in weights),
        trainable=sum(weight.size for weight in weights if weight.trainable) if layer.is_trainable else 0,
    )


_remembered = lru_cache(maxsize=20_000)(_ruled)


def refuse_huge(outputs: Mapping[str, TensorSpec]) -> None:
    """Sizes that double at each node pass any memory after forty of them.

    Raises:
        ProblemError: `shape.too_large`.
    """
    for spec in outputs.values():
        if (spec.elements or 0) > _LARGEST_TENSOR or any(
            (size or 0) > _LARGEST_TENSOR for size in spec.shape
        ):
            raise ProblemError(
                Problem(
                    code="shape.too_large",
                    message=f"would give {spec}: more than {_LARGEST_TENSOR:,} numbers a sample.",
                    hint="Take smaller sizes, or concatenate fewer tensors.",
                )
            )
