"""`export_torch`: a document → source that was formatted, and run beside the model. Imports torch; for a child."""

from dataclasses import dataclass
from pathlib import Path

from safetensors.numpy import load_file

from layerloom.document import Document, Limits
from layerloom.exchange.formatting import formatted
from layerloom.exchange.torch_source import trial
from layerloom.exchange.torch_source.file import CHECKED, compose
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import Inferred, infer
from layerloom.graph.plan import Plan, plan
from layerloom.graph.resolve import resolve
from layerloom.problems import Problem, ProblemError

_MOST_NUMBERS = 100_000_000
"""A model with more in its weights is not built a second time to be compared."""


@dataclass(frozen=True)
class TorchSource:
    """The file's text; the largest absolute difference by output, or None where no batch could be tried."""

    text: str
    class_name: str
    differences: dict[str, float] | None

    @property
    def largest_difference(self) -> float | None:
        return max(self.differences.values(), default=0.0) if self.differences is not None else None


def export_torch(
    document: Document, limits: Limits | None = None, weights: Path | None = None
) -> TorchSource:
    """The model that the document trains (`main`, if it says nothing), with all its outputs.

    `weights` (`.safetensors`) are those to compare with; without, random ones.

    Raises:
        ProblemError: what keeps the document from being built, or `weights.…`.
    """
    inferred = infer(resolve(document, limits) if limits is not None else resolve(document))
    planned = plan(inferred, document.training.model if document.training is not None else "main")
    if planned.problems:
        raise ProblemError(*planned.problems)
    if _numbers(planned) > _MOST_NUMBERS:
        return export_model(document, inferred, planned, None)
    model = build(planned, seed=0)
    if weights is None:
        trial.stir(model)
    else:
        _load(model, weights)
    return export_model(document, inferred, planned, model)


def export_built(document: Document, model: BuiltModel, limits: Limits | None = None) -> TorchSource:
    """The source of a model with the weights that it has; a model of its own is built on the CPU to compare with."""
    inferred = infer(resolve(document, limits) if limits is not None else resolve(document))
    copy = build(model.plan, seed=0) if _numbers(model.plan) <= _MOST_NUMBERS else None
    if copy is not None:
        copy.set_weights(model.get_weights())
    return export_model(document, inferred, model.plan, copy)


def export_model(
    document: Document, inferred: Inferred, planned: Plan, model: BuiltModel | None
) -> TorchSource:
    """The source of a plan, compared with the module that was built of it (None: not compared), on the CPU."""
    batch = trial.batch_for(model) if model is not None else None
    samples = batch.expressions if batch is not None else trial.expressions(planned)
    composed = compose(document, planned, inferred.models[planned.model], samples)
    text, name = formatted(composed.text), composed.written.name
    if model is None or batch is None:
        why = "no random batch was found that the model takes" if model is not None else "it is too large"
        return TorchSource(
            text.replace(CHECKED, f"It was not\nchecked against Layerloom: {why}."), name, None
        )
    found = trial.differences(text, name, model, batch)
    largest = max(found.values(), default=0.0)
    said = f"Checked against Layerloom\non a random batch of {trial.ROWS}: largest difference {largest:.1e}."
    return TorchSource(text.replace(CHECKED, said), name, found)


def _numbers(planned: Plan) -> int:
    return sum(weight.size for layer in trial.layers(planned) for weight in layer.weights)


def _load(model: BuiltModel, path: Path) -> None:
    try:
        model.set_weights(load_file(path))
    except (KeyError, ValueError, OSError) as error:
        raise ProblemError(
            Problem(
                code="weights.wrong",
                message=f"`{path.name}` does not fit the document: {str(error)[:300]}.",
                hint="Choose the weights that a run of this document has left.",
            )
        ) from None
