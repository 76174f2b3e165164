"""Time taken off tensor specs and put back: what a layer under TimeDistributed sees of its inputs."""

from layerloom.layers.base import Inputs
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import TensorSpec


def without_time(inputs: Inputs) -> tuple[TensorSpec, Inputs]:
    """The first tensor, whose axis 1 is time, and every input without that axis.

    Raises:
        ProblemError: `shape.mismatch` where a tensor has no time, or tensors have different numbers of steps.
    """
    first: TensorSpec | None = None
    steps: dict[str, tuple[TensorSpec, ...]] = {}
    for port, specs in inputs.items():
        for spec in specs:
            if spec.rank < 2:
                raise ProblemError(
                    Problem(
                        code="shape.mismatch",
                        message=f"got shape {spec} at `{port}`; expected (batch, time, …).",
                        hint="Give the Input a `shape` whose first number is the number of steps (null if open).",
                        port=port,
                    )
                )
            if first is None:
                first = spec
            elif None not in (first.shape[1], spec.shape[1]) and first.shape[1] != spec.shape[1]:
                raise ProblemError(
                    Problem(
                        code="shape.mismatch",
                        message=f"got {first.shape[1]} steps in {first} and {spec.shape[1]} in {spec} at `{port}`; "
                        "all inputs must have as many.",
                        hint="Bring them to one length: their Inputs' `shape`, or `n` of a RepeatVector.",
                        port=port,
                    )
                )
        steps[port] = tuple(_step(spec) for spec in specs)
    if first is None:
        raise ProblemError(
            Problem(
                code="port.missing", message="has no input.", hint="Connect a sequence: (batch, time, …)."
            )
        )
    return first, steps


def _step(spec: TensorSpec) -> TensorSpec:
    axes = (spec.axes[0], *spec.axes[2:])
    has_mask = spec.masked and len(spec.mask_shape) > 2
    mask_shape = (spec.mask_shape[0], *spec.mask_shape[2:]) if has_mask else ()
    return TensorSpec((spec.shape[0], *spec.shape[2:]), spec.dtype, axes, has_mask, mask_shape)


def over_time(spec: TensorSpec, inputs: Inputs, is_model: bool) -> TensorSpec:
    """A step's result for all steps.

    The first mask among the inputs goes on: whole where the wrapped layer passes on what it gets of it at each step,
    else what it says of the steps, (batch, time): a step is valid where any of it is. A model gives masks of its own.
    """
    if not spec.rank:
        raise ProblemError(
            Problem(
                code="shape.mismatch",
                message="gives one number for the whole batch at each step; expected (batch, …).",
                hint="Reduce over the axes after the batch only.",
            )
        )
    time = next(spec for specs in inputs.values() for spec in specs)
    shape = (spec.shape[0], time.shape[1], *spec.shape[1:])
    axes = (spec.axes[0], "time", *(name if name != "time" else "steps" for name in spec.axes[1:]))
    mask = next((each.mask_shape for specs in inputs.values() for each in specs if each.masked), ())
    if spec.masked and (is_model or (mask and mask[2:] == spec.mask_shape[1:])):
        return TensorSpec(shape, spec.dtype, axes, True, (*shape[:2], *spec.mask_shape[1:]))
    return TensorSpec(shape, spec.dtype, axes, bool(mask), mask[:2])
