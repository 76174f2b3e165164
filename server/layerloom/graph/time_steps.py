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
                        hint="Bring them to one length, with Cropping1D, ZeroPadding1D or RepeatVector.",
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


def over_time(spec: TensorSpec, time: TensorSpec) -> TensorSpec:
    """A step's result for all steps of `time`, whose mask goes on."""
    shape = (spec.shape[0], time.shape[1], *spec.shape[1:])
    axes = (spec.axes[0], "time", *(name if name != "time" else "steps" for name in spec.axes[1:]))
    return TensorSpec(shape, spec.dtype, axes, time.masked, time.mask_shape)
