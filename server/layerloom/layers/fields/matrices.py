"""What Keras has for matrices only: the initializer `Identity` and the regularizer `OrthogonalRegularizer`."""

from collections.abc import Iterable, Mapping

from layerloom.layers.base import LayerType, Outputs, Weight, refuse
from layerloom.problems import ProblemError


def refuse_without_matrix(config: LayerType, weights: Iterable[Weight], outputs: Outputs) -> None:
    """Refuse them on a weight, or as `activity_regularizer` on a result, that has not two axes.

    Raises:
        ProblemError: `config.invalid`.
    """
    for weight in weights:
        if len(weight.shape) == 2:
            continue
        if weight.initializer.get("type") == "Identity":
            field = _field(config, weight.initializer, f"{weight.name}_initializer")
            raise _refused(field, "Identity", f"`{weight.name}`", weight.shape)
        if weight.regularizer is not None and weight.regularizer.get("type") == "OrthogonalRegularizer":
            field = _field(config, weight.regularizer, f"{weight.name}_regularizer")
            raise _refused(field, "OrthogonalRegularizer", f"`{weight.name}`", weight.shape)
    activity = getattr(config, "activity_regularizer", None)
    if isinstance(activity, Mapping) and activity.get("type") == "OrthogonalRegularizer":
        for spec in outputs.values():
            if spec.rank != 2:
                raise _refused("activity_regularizer", "OrthogonalRegularizer", "the result", str(spec))


def _field(config: LayerType, value: object, usual: str) -> str:
    """The field that holds this very value: `depthwise_initializer` for the weight `kernel`."""
    names = (name for name in type(config).model_fields if getattr(config, name) is value)
    return next(names, usual)


def _refused(field: str, kind: str, what: str, shape: object) -> ProblemError:
    return refuse(
        "config.invalid",
        f"has `{kind}` as `{field}`, which takes a matrix; {what} has shape {shape}.",
        "Choose another, such as GlorotUniform." if kind == "Identity" else "Choose another, such as L2.",
        field=field,
    )
