"""An einsum equation of one tensor and one kernel, read and laid over a shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from layerloom.layers.base import refuse
from layerloom.problems import ProblemError
from layerloom.tensors import Shape, TensorSpec

_FORM = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")
_WANTED = "expected `ab,bc->ac`, `...ab,bc->...ac` or `ab...,bc->ac...`"


@dataclass(frozen=True, slots=True)
class Parts:
    """`...ab,bc->...ac`: letters of the input, of the kernel, of the output, and where further axes are."""

    input: str
    kernel: str
    output: str
    before: bool
    after: bool


def parts(equation: str) -> Parts:
    """The equation's parts.

    Raises:
        ValueError: It has another form than Keras' EinsumDense takes.
    """
    found = _FORM.fullmatch(equation)
    if found is None:
        raise ValueError(_WANTED)
    before, first, after, kernel, before_too, output, after_too = found.groups()
    if (before, after) != (before_too, after_too) or (before and after):
        raise ValueError(f"{_WANTED}: the further axes `...` stand on one side, the same in input and output")
    for letter in kernel:
        if letter not in first and letter not in output:
            raise ValueError(f"axis `{letter}` of the kernel stands neither in the input nor in the output")
    for letter in output:
        if letter not in first and letter not in kernel:
            raise ValueError(f"axis `{letter}` of the output stands neither in the input nor in the kernel")
    for letters in (first, kernel, output):
        if len(set(letters)) < len(letters):
            raise ValueError(f"`{letters}` names one axis twice")
    return Parts(first, kernel, output, bool(before), bool(after))


def _checked(value: str) -> str:
    parts(value)
    return value


Equation = Annotated[str, AfterValidator(_checked)]


@dataclass(frozen=True, slots=True)
class Laid:
    """Shapes that follow from an equation, an input's shape and what is said of the output's."""

    output: Shape
    axes: tuple[str, ...]
    kernel: tuple[int, ...]
    input_axes: tuple[int, ...]
    """Axes of the kernel that are summed over: its fan in."""
    output_axes: tuple[int, ...]
    further: int
    """How many axes `...` stands for."""
    sizes: dict[str, int | None]


def lay(equation: str, spec: TensorSpec, wanted: Sequence[int | None]) -> Laid:
    """`wanted`: the output's shape without the batch and what `...` stands for; None where the input says it.

    Raises:
        ProblemError: `shape.mismatch`, `shape.unknown`.
    """
    found = parts(equation)
    further = spec.rank - len(found.input)
    if further < 0 or (further and not (found.before or found.after)):
        least = " or more" if found.before or found.after else ""
        raise refuse(
            "shape.mismatch",
            f"got shape {spec}; `{equation}` takes a tensor of {len(found.input)}{least} axes, the batch included.",
            "Write an axis for each letter, or `...` for further ones.",
            port="inputs",
        )
    start = further if found.before else 0
    sizes: dict[str, int | None] = dict(zip(found.input, spec.shape[start:], strict=False))
    names = dict(zip(found.input, spec.axes[start:], strict=False))
    # With `...` in front that holds the batch, every letter has a size of its own.
    letters = found.output if found.before and further else found.output[1:]
    if len(letters) != len(wanted):
        raise refuse(
            "config.invalid",
            f"`output_shape` {list(wanted)} has {len(wanted)} sizes; `{equation}` gives {len(letters)} axes after "
            "the batch" + (" and `...`." if found.before or found.after else "."),
            f"Give a size for each of `{letters}`, null where the input says it.",
            field="output_shape",
        )
    for letter, size in zip(letters, wanted, strict=True):
        if size is None:
            continue
        known = sizes.get(letter)
        if known is not None and known != size:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; its axis `{letter}` in `{equation}` has size {known}, `output_shape` says {size}.",
                "Set it to null in `output_shape`, or to the input's size.",
                field="output_shape",
            )
        sizes[letter] = size
    kernel = tuple(_size(letter, sizes.get(letter), spec, equation) for letter in found.kernel)
    inner = [sizes.get(letter) for letter in found.output]
    named = [names.get(letter, f"axis_{letter.lower()}") for letter in found.output]
    if found.before:
        shape, axes = (*spec.shape[:further], *inner), (*spec.axes[:further], *named)
    else:
        end = spec.rank - further
        shape, axes = (*inner, *spec.shape[end:]), (*named, *spec.axes[end:])
    return Laid(
        shape,
        axes,
        kernel,
        tuple(place for place, letter in enumerate(found.kernel) if letter not in found.output),
        tuple(place for place, letter in enumerate(found.kernel) if letter in found.output),
        further,
        sizes,
    )


def _size(letter: str, size: int | None, spec: TensorSpec, equation: str) -> int:
    if size is not None:
        return size
    raise _unknown(letter, spec, equation)


def _unknown(letter: str, spec: TensorSpec, equation: str) -> ProblemError:
    return refuse(
        "shape.unknown",
        f"got shape {spec}; the size of axis `{letter}` in `{equation}` must be known, for it is one of the kernel's.",
        "Give it a size in the Input's `shape`, or in `output_shape`.",
        port="inputs",
    )


def bias_shape(equation: str, laid: Laid, axes: str) -> tuple[int, ...]:
    """Keras' shape of a bias over some of the output's axes: from the first of these on, 1 for the others."""
    found = parts(equation)
    first = min(found.output.index(letter) for letter in axes)
    shape = [(laid.sizes[letter] or 1) if letter in axes else 1 for letter in found.output[first:]]
    return (*shape, *((1,) * laid.further if found.after else ()))
