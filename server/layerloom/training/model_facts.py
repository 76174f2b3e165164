"""What a fit asks of its model once: how many weights, what Keras calls them, their bounds; where it went wrong."""

from collections.abc import Callable, Sequence
from typing import Any

from layerloom.problems import Problem
from layerloom.training.flat import Place


def count_weights(model: Any) -> int:  # Any: a BuiltModel
    """How many numbers the model learns or keeps; those of shared layers count once."""
    if hasattr(model, "weights"):
        return sum({id(tensor): tensor.numel() for _, tensor, _ in model.weights()}.values())
    return sum(tensor.numel() for tensor in (*model.parameters(), *model.buffers()))


def node_of(path: str) -> str | None:
    """The trained model's own node of a path: `vision` of `vision/dense, call 2`."""
    return path.split("/")[0].split(",")[0].strip() or None


def places(model: Any) -> dict[str, Place]:  # Any: a BuiltModel
    """What Keras calls each parameter, and how it keeps it."""
    weights = model.weights() if hasattr(model, "weights") else ()
    known = {id(tensor): Place(path, weight.layout) for path, tensor, weight in weights}
    return {name: known[id(item)] for name, item in model.named_parameters() if id(item) in known}


def constraining(model: Any) -> Callable[[], None] | None:  # Any: a BuiltModel
    """What puts weights back into bounds after an update; None where no weight has bounds."""
    weights = getattr(model, "weights", None)
    bound = [item for item in weights() if item[2].constraint] if weights is not None else []
    if not bound:
        return None
    from layerloom.layers.modules import constraints

    def constrain() -> None:
        for _, tensor, weight in bound:
            constraints.apply(tensor, weight.constraint, weight.layout)

    return constrain


def not_finite(outputs: Sequence[str], node: str | None) -> Problem:
    """The loss of these outputs is not finite; `node` is the path of the first whose result was not, if one was."""
    bad = ", ".join(f"`{name}`" for name in outputs)
    message = f"The loss of {bad or 'the model'} is not finite."
    if node:
        message += f" The first node whose output was not finite is `{node}`."
    elif outputs:
        message += " All outputs are finite; the loss itself grew beyond every number."
    return Problem(
        code="training.not_finite",
        message=message,
        hint="Lower the learning rate, clip the gradients (`clipnorm`), or look for NaN in the data.",
        node=node_of(node) if node else next(iter(outputs), None),
    )
