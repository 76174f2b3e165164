"""A document and weights → Keras' files, tried in real Keras where there is one. Imports torch; for a child."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from layerloom.document import Document, Limits
from layerloom.exchange.keras.known import Array, KnownLayer, Weights, known_layers
from layerloom.exchange.keras.limits import FileLimits
from layerloom.exchange.keras.loading import read_weights_file, trained_model
from layerloom.exchange.keras.saving import write_keras_archive, write_weights
from layerloom.exchange.keras.trial import NotChecked, largest_difference
from layerloom.exchange.keras.writing import WrittenModel, write_model
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.problems import Problem, ProblemError

_MOST_NUMBERS: Final = 100_000_000
"""A model with more in its weights is not tried in Keras."""
_NO_FILE_LIMITS: Final = FileLimits(bytes=2**42, unpacked_bytes=2**42)


@dataclass(frozen=True)
class KerasModel:
    """A model in Keras' form, with all its weights: given ones where there are, else as they are drawn."""

    document: Document
    limits: Limits | None
    written: WrittenModel
    module: BuiltModel
    problems: tuple[Problem, ...]

    def json(self) -> bytes:
        """`model.to_json()`."""
        return orjson.dumps(self.written.config, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def archive(self) -> bytes:
        """A `.keras` file."""
        target = io.BytesIO()
        write_keras_archive(target, self.written.config, self.written.tree, self._known, self._weights)
        return target.getvalue()

    def weights(self) -> bytes:
        """A `.weights.h5` file."""
        target = io.BytesIO()
        write_weights(target, self.written.tree, self._known, self._weights)
        return target.getvalue()

    def difference(self) -> tuple[float | None, str | None]:
        """The largest between real Keras' outputs and the model's; or None, and why it is not known."""
        if sum(array.size for array in self._weights.values()) > _MOST_NUMBERS:
            return None, "the model is too large to be tried"
        try:
            return largest_difference(self.archive(), self.module), None
        except NotChecked as error:
            return None, str(error)

    @property
    def _weights(self) -> dict[str, Array]:
        return self.module.get_weights()

    @property
    def _known(self) -> dict[str, KnownLayer]:
        return known_layers(self.document, self.module.plan.model, self.limits)


def keras_model(
    document: Document,
    limits: Limits | None = None,
    weights: Path | Weights | None = None,
    model: str | None = None,
) -> KerasModel:
    """The model that the document trains (`main`, if it says nothing), with all its outputs.

    `weights`: by path, or a file of them; those that are not there are drawn, with the seed of the training section.

    Raises:
        ProblemError: What keeps the document from being built, or what Keras has no form for.
    """
    name = model or trained_model(document)
    written = write_model(document, name, limits)
    planned = plan(infer(resolve(document, limits)), name)
    if planned.problems:
        raise ProblemError(*planned.problems)
    seed = document.training.fit.seed if document.training is not None else None
    module = build(planned, seed=seed or 0).eval()
    problems = list(written.problems)
    if isinstance(weights, Path):
        taken = read_weights_file(weights, document, written.tree, _NO_FILE_LIMITS, limits, name)
        problems += taken.problems
        weights = taken.weights
    if weights is not None:
        module.set_weights(weights)
    return KerasModel(document, limits, written, module, tuple(problems))
