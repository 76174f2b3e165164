"""`load`: a model from a document, a file of Keras, or the folder of a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layerloom.document import Document
from layerloom.exchange.keras.limits import FileLimits
from layerloom.exchange.keras.loading import import_file, read_weights_file
from layerloom.library.model import NO_LIMITS, Model
from layerloom.library.rows import Encoders
from layerloom.problems import Problem, ProblemError
from layerloom.runs.trained import encoders_in
from layerloom.versions import load_document

NO_FILE_LIMITS = FileLimits(
    bytes=2**42, unpacked_bytes=2**42, config_bytes=2**30, members=100_000, objects=10_000_000
)
"""What is loaded here is the caller's own; links and bombs are refused all the same."""

Source = str | Path | Document | Mapping[str, Any]


def load(
    source: Source, *, model: str | None = None, weights: str | Path | None = None, seed: int | None = None
) -> Model:
    """A model ready to predict and to train.

    Args:
        source: a document (as a path, a dict or a `Document`), a file of Keras (`.keras`, a whole-model `.h5`, or the
            JSON of `model.to_json()`), or the folder of a run's artifacts.
        model: id of the model in the document; by default the one that its training section names.
        weights: a file of weights beside it: `.safetensors`, or Keras' `.weights.h5`.
        seed: how weights are drawn where there are none; by default as the document's training section says.

    Raises:
        ProblemError: The file can't be read, or the model can't be built. Nothing in a file is ever executed.
    """
    if isinstance(source, Document):
        return _model(source, model, weights, seed)
    if isinstance(source, Mapping):
        document = load_document(dict(source), NO_LIMITS)
        return _model(document, model, weights, seed)
    path = Path(source)
    if path.is_dir():
        return _run_folder(path, model, weights)
    if not path.is_file():
        raise ProblemError(
            Problem(
                code="file.missing",
                message=f"There is no file `{path}`.",
                hint="Name a document, a file of Keras, or the folder of a run.",
            )
        )
    imported = import_file(
        path, None if weights is None else Path(weights), limits=NO_LIMITS, file_limits=NO_FILE_LIMITS
    )
    return Model(imported.document, model, imported.weights, imported.problems, seed)


def _run_folder(folder: Path, model: str | None, weights: str | Path | None) -> Model:
    """What a run has left: its document and its weights (either the run's folder or its `artifacts`)."""
    artifacts = folder if (folder / "document.json").is_file() else folder / "artifacts"
    missing = [name for name in ("document.json", "weights.safetensors") if not (artifacts / name).is_file()]
    if missing:
        raise ProblemError(
            Problem(
                code="file.missing",
                message=f"`{folder}` is no run's folder: there is no `{missing[0]}` in it.",
                hint="Name the folder that `layerloom train --out` wrote, or the artifacts of a run.",
            )
        )
    document = load_document((artifacts / "document.json").read_bytes(), NO_LIMITS)
    taken = weights or artifacts / "weights.safetensors"
    return _model(document, model, taken, None, encoders_in(artifacts))


def _model(
    document: Document,
    model: str | None,
    weights: str | Path | None,
    seed: int | None,
    encoders: Encoders | None = None,
) -> Model:
    if weights is None:
        return Model(document, model, seed=seed)
    taken = read_weights_file(Path(weights), document, None, NO_FILE_LIMITS, NO_LIMITS, model)
    return Model(document, model, taken.weights, taken.problems, seed, encoders)
