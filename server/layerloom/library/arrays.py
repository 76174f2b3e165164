"""What people hand to `fit` and `predict`, by the names of a model's ends: a dict, a list in order, or one array."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from layerloom.problems import Problem, ProblemError
from layerloom.tensors import TensorSpec

Array = np.ndarray[Any, Any]  # Any: shape and dtype differ by end
Given = Any
"""A dict by name, a list or tuple in the model's order, or one array (anything that numpy takes)."""


def by_name(given: Given, names: Sequence[str], noun: str) -> dict[str, Any]:
    """What was given, by name. `noun` is `input` or `output`.

    Raises:
        ProblemError: `data.names`, with what was received and which names there are.
    """
    listed = ", ".join(f"`{name}`" for name in names)
    if isinstance(given, Mapping):
        unknown = [str(name) for name in given if name not in names]
        if unknown:
            raise _wrong(
                f"There is no {noun} `{unknown[0]}`; the {noun}s are {listed}.",
                f"Name the {noun}s as `model.{noun}s` does.",
            )
        return dict(given)
    if isinstance(given, list | tuple) and len(names) != 1:
        if len(given) != len(names):
            raise _wrong(
                f"Got {len(given)} arrays for the {noun}s {listed}.",
                f"Give one array for each {noun}, in this order, or a dict by name.",
            )
        return dict(zip(names, given, strict=True))
    if len(names) == 1:
        is_wrapped = isinstance(given, list | tuple) and len(given) == 1 and np.ndim(given[0]) > 0
        return {names[0]: given[0] if is_wrapped else given}
    raise _wrong(
        f"Got one {type(given).__name__} for the {noun}s {listed}.",
        f"Give a dict by name, or a list with one array for each {noun}.",
    )


def input_arrays(given: Given, specs: Mapping[str, TensorSpec]) -> dict[str, Array]:
    """Arrays that the model's inputs take, in their types; a last axis of 1 is added or taken away, as Keras does.

    Raises:
        ProblemError: `data.names`, `data.input_missing`, `data.shape` or `data.type`.
    """
    named = by_name(given, tuple(specs), "input")
    missing = [name for name in specs if name not in named]
    if missing:
        raise ProblemError(
            Problem(
                code="data.input_missing",
                message=f"There is no data for the input `{missing[0]}`; there is for {', '.join(named) or 'none'}.",
                hint=f"Add an array under `{missing[0]}`.",
                node=missing[0],
            )
        )
    return {name: _fitted(name, named[name], spec) for name, spec in specs.items()}


def _fitted(name: str, value: object, spec: TensorSpec) -> Array:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise ValueError(f"its type is {array.dtype}")
    except ValueError as error:
        raise ProblemError(
            Problem(
                code="data.type",
                message=f"The data for the input `{name}` are no array of numbers: {error}.",
                hint="Give rows of one shape that hold numbers.",
                node=name,
            )
        ) from None
    if array.ndim == spec.rank - 1 and spec.shape[-1] == 1:
        array = array[..., None]
    elif array.ndim == spec.rank + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    fits = array.ndim == spec.rank and all(
        size is None or size == have for size, have in zip(spec.shape[1:], array.shape[1:], strict=True)
    )
    if not fits:
        raise ProblemError(
            Problem(
                code="data.shape",
                message=f"The data for the input `{name}` have shape {array.shape}; expected {spec}.",
                hint="The first axis counts the rows; the others are those of the Input's `shape`.",
                node=name,
            )
        )
    if spec.dtype == "bool":
        return array.astype(np.bool_)
    wanted = np.dtype(spec.dtype) if spec.dtype.startswith(("int", "uint")) else np.dtype(np.float32)
    return array if array.dtype == wanted else array.astype(wanted)


def _wrong(message: str, hint: str) -> ProblemError:
    return ProblemError(Problem(code="data.names", message=message, hint=hint))
