"""A proposal for a document, and the document with it applied."""

from typing import Any

from layerloom.data.dataset import Dataset
from layerloom.data.suiting import Proposal, suit
from layerloom.document import Document, Limits, Model, Training, split_source, validated
from layerloom.graph.infer import infer
from layerloom.graph.resolve import resolve
from layerloom.problems import Problem, ProblemError


def proposal_for(document: Document, dataset: Dataset, limits: Limits | None = None) -> Proposal:
    """What makes the trained model of a document fit a data set; the document need not be finished.

    Raises:
        ProblemError: `training.model`: there is no such model.
    """
    training = document.training or Training()
    resolved = resolve(document, limits or Limits())
    model, inferred = resolved.models.get(training.model), infer(resolved).models.get(training.model)
    if model is None or inferred is None:
        raise ProblemError(
            Problem(
                code="training.model",
                message=f"The document has no model `{training.model}` that could be fitted to the data.",
                hint="Name one of its models in `training.model`.",
                field="training.model",
            )
        )
    fed = [name for name in inferred.inputs if training.inputs is None or name in training.inputs]
    outputs = [name for name in training.outputs if name in model.outputs] or list(model.outputs)
    proposal = suit(dataset, {name: inferred.inputs[name] for name in fed}, outputs, training.data)
    return _as_embedded(proposal, document.models[training.model])


def _as_embedded(proposal: Proposal, model: Model) -> Proposal:
    """Texts get as many ids as the Embedding that reads them has places."""
    places: dict[str, int] = {}
    for node in model.nodes.values():
        layer = model.layers.get(node.layer)
        size = layer.config.get("input_dim") if layer is not None and layer.type == "Embedding" else None
        if isinstance(size, int) and size >= _LEAST_IDS:
            for sources in node.inputs.values():
                places |= {source: min(size, places.get(source, size)) for source in sources}
    bound = dict(proposal.data.inputs)
    for name, value in bound.items():
        encoder = value.get("encoder") if isinstance(value, dict) else None
        if (
            name in places
            and isinstance(value, dict)
            and isinstance(encoder, dict)
            and encoder["type"] == "tokenize"
        ):
            config = encoder.get("config")
            sized = {**(config if isinstance(config, dict) else {}), "vocabulary_size": places[name]}
            bound[name] = {**value, "encoder": {**encoder, "config": sized}}
    return proposal.model_copy(update={"data": proposal.data.model_copy(update={"inputs": bound})})


_LEAST_IDS = 3


def applied(document: Document, proposal: Proposal) -> Document:
    """The document with the Inputs' shapes, the binding, losses and metrics, and the last layers' units and activation.

    Only a layer that has `units` and stands right before its Output is changed; an output's loss weight stays.
    """
    data: dict[str, Any] = document.model_dump(mode="json")  # Any: JSON
    training = data.setdefault("training", {})
    model = data["models"][training.get("model", "main")]
    layers, nodes = model["layers"], model["nodes"]
    for name, needed in proposal.inputs.items():
        config = layers[nodes[name]["layer"]].setdefault("config", {})
        config |= {"shape": needed.shape, "dtype": needed.dtype}
    for name, suited in proposal.outputs.items():
        output = training.setdefault("outputs", {}).setdefault(name, {})
        output |= {"loss": suited.loss, "metrics": suited.metrics}
        source = next(iter(next(iter(nodes[name].get("inputs", {}).values()), [])), None)
        layer = layers[nodes[split_source(source)[0]]["layer"]] if source is not None else {}
        config = layer.get("config", {})
        if "units" in config and suited.units is not None:
            config |= {"units": suited.units, "activation": suited.activation}
    training["data"] = proposal.data.model_dump(mode="json")
    return validated(data)
