"""The check of a document, as an editor shows it: specs of every node, weights of every layer, all problems, totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layerloom.document import Document, Limits
from layerloom.graph.infer import Inferred, infer
from layerloom.graph.resolve import resolve
from layerloom.graph.specs import InferredModel
from layerloom.layers.base import Port
from layerloom.problems import Problem
from layerloom.tensors import Spec, spec_to_json

_BYTES = 4
_COPIES_OF_A_TRAINED_WEIGHT = 4
"""The weight, its gradient, and two slots of an optimizer such as Adam."""


@dataclass(frozen=True, slots=True)
class CheckedLayer:
    """Weights of a layer and its ports under its config. `weights` is 0 while its inputs are not known."""

    weights: int
    trainable: int
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """Specs by node and output port, and layers by id."""

    nodes: Mapping[str, Mapping[str, Spec]]
    layers: Mapping[str, CheckedLayer]


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the model that is trained. `memory_bytes` is an estimate for one training step of the document's batch."""

    weights: int = 0
    trainable: int = 0
    flops: int = 0
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What is known of a document, finished or not."""

    problems: tuple[Problem, ...]
    models: Mapping[str, CheckedModel]
    totals: Totals
    inferred: Inferred = field(repr=False)

    @property
    def ok(self) -> bool:
        return not any(problem.is_error for problem in self.problems)

    def to_json(self, more: Sequence[Problem] = ()) -> dict[str, Any]:  # Any: JSON
        """The answer of `POST /api/check`, with problems that others found (training, data)."""
        problems = [*self.problems, *more]
        return {
            "ok": not any(problem.is_error for problem in problems),
            "problems": [problem.model_dump(mode="json", exclude_none=True) for problem in problems],
            "models": {name: _model_json(model) for name, model in self.models.items()},
            "totals": {
                "weights": self.totals.weights,
                "trainable": self.totals.trainable,
                "flops": self.totals.flops,
                "memory_bytes": self.totals.memory_bytes,
            },
        }


def check(document: Document, limits: Limits | None = None) -> CheckResult:
    """Resolve and infer every model; builds nothing and needs no torch."""
    inferred = infer(resolve(document, limits))
    models = {name: _checked(inferred, name) for name in document.models}
    trained = document.training.model if document.training else "main"
    problems = list(inferred.problems)
    if document.training and trained not in document.models:
        problems.append(
            Problem(
                code="model.unknown",
                message=f"`training.model` is `{trained}`, which is not among the document's models.",
                hint="Choose the model to train.",
                field="training.model",
            )
        )
    batch = document.training.fit.batch_size if document.training else 32
    model = inferred.models.get(trained)
    return CheckResult(tuple(problems), models, _totals(model, batch) if model else Totals(), inferred)


def _checked(inferred: Inferred, name: str) -> CheckedModel:
    model = inferred.models[name]
    resolved = inferred.resolved.models[name]
    layers = {}
    for layer_id, layer in resolved.layers.items():
        if layer.config is None:
            continue
        inside = layer
        while inside.wraps is not None:
            inside = resolved.layers[inside.wraps]
        use = model.uses.get(inside.id)
        weights = (use.size, use.trainable) if use else (0, 0)
        layers[layer_id] = CheckedLayer(*weights, layer.inputs, layer.outputs)
    return CheckedModel(model.nodes, layers)


def _totals(model: InferredModel, batch: int) -> Totals:
    fixed = model.weights - model.trainable
    held = model.trainable * _COPIES_OF_A_TRAINED_WEIGHT + fixed + 2 * model.elements * batch
    return Totals(model.weights, model.trainable, model.flops, held * _BYTES)


def _model_json(model: CheckedModel) -> dict[str, Any]:  # Any: JSON
    return {
        "nodes": {
            node: {"outputs": {port: spec_to_json(spec) for port, spec in specs.items()}}
            for node, specs in model.nodes.items()
        },
        "layers": {
            layer_id: {
                "weights": layer.weights,
                "trainable": layer.trainable,
                "inputs": [
                    {
                        "name": port.name,
                        "description": port.description,
                        "least": port.least,
                        "most": port.most,
                    }
                    for port in layer.inputs
                ],
                "outputs": [{"name": port.name, "description": port.description} for port in layer.outputs],
            }
            for layer_id, layer in model.layers.items()
        },
    }
