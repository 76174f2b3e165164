"""The outputs of any node while a model computes: `encoded_a`, `encoder.state_h`, `vision/dense`."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from layerloom.graph.build import BuiltModel
from layerloom.graph.plan import Plan, Step
from layerloom.problems import Problem, ProblemError

Place = tuple[str, int]
"""A step's path, as `BuiltModel.traced` tells it, and which of its results; or `""` and the number of an input."""


def places(plan: Plan, names: Sequence[str]) -> dict[str, Place]:
    """Where in a pass the output of each named node is seen.

    A name is a node's id, with `.port` where it has several outputs (by default its first), after the ids of the
    model nodes that it lies in: `vision/dense`.

    Raises:
        ProblemError: `node.unknown`, one for each name that is not in the part of the model that was built.
    """
    found: dict[str, Place] = {}
    problems = []
    for name in names:
        place = _place(plan, name)
        if place is None:
            problems.append(_unknown(plan, name))
        else:
            found[name] = place
    if problems:
        raise ProblemError(*problems)
    return found


def compute(
    model: BuiltModel, wanted: Mapping[str, Place], inputs: Sequence[Tensor]
) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
    """The model's outputs in order, and those of the wanted places by name."""
    seen: dict[str, tuple[Any, ...]] = {"": tuple(inputs)}  # Any: what a layer gives
    paths = {path for path, _ in wanted.values()}

    def visit(path: str, values: tuple[Any, ...]) -> None:
        if path in paths:
            seen[path] = values

    outputs = model.traced(*inputs, visit=visit)[: len(model.output_names)]
    inner = {name: seen[path][place] for name, (path, place) in wanted.items()}
    return tuple(outputs), inner


def _place(plan: Plan, name: str, before: str = "") -> Place | None:
    *around, last = name.split("/")
    for node in around:
        step = _step(plan, node)
        inside = None if step is None else _model_of(plan, step)
        if inside is None:
            return None
        plan, before = inside, f"{before}{node}/"
    node, _, port = last.partition(".")
    return _of_node(plan, node, port, before)


def _of_node(plan: Plan, node: str, port: str, before: str) -> Place | None:
    if node in plan.ends and not port:
        return _of_node(plan, *plan.ends[node], before)
    if node in plan.inputs:
        return ("", list(plan.inputs).index(node)) if not before else None
    step = _step(plan, node)
    if step is None or (port and port not in step.results):
        return None
    port = port or step.results[0]
    inside = _model_of(plan, step)
    if inside is not None:
        end = inside.ends.get(port)
        return None if end is None else _of_node(inside, end.node, end.port, f"{before}{node}/")
    path = node if step.calls == 1 else f"{node}, call {step.call}"
    return before + path, step.results.index(port)


def _step(plan: Plan, node: str) -> Step | None:
    return next((step for step in plan.steps if step.node == node), None)


def _model_of(plan: Plan, step: Step) -> Plan | None:
    return next(layer.model for layer in plan.layers if layer.id == step.layer)


def _unknown(plan: Plan, name: str) -> Problem:
    known = [*plan.inputs, *(step.node for step in plan.steps)]
    shown = ", ".join(f"`{node}`" for node in known[:20]) + (", …" if len(known) > 20 else "")
    return Problem(
        code="node.unknown",
        message=f"The trained model has no node `{name[:100]}`; its nodes are {shown}.",
        hint="Name a node that leads to a trained output; within a model node, `vision/dense`.",
        field="nodes",
    )
