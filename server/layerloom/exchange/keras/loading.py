"""Any file of a model → a document with its weights: Keras' `.keras`, `.h5` and JSON, and our own documents."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError
from safetensors.numpy import load_file

from layerloom.document import Document, Limits
from layerloom.exchange.keras.archive import read_archive
from layerloom.exchange.keras.hdf5 import SIGNATURE, Hdf5, opened
from layerloom.exchange.keras.known import Array, KnownLayer, known_layers
from layerloom.exchange.keras.legacy import legacy_root, read_legacy_weights
from layerloom.exchange.keras.limits import RAISE, FileLimits, refused
from layerloom.exchange.keras.reading import ReadModel, read_model
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.exchange.keras.weights import Taken, problem, read_weights
from layerloom.problems import Problem, ProblemError
from layerloom.versions import load_document, parse_json

MAIN: Final = "main"
ZIP: Final = b"PK\x03\x04"
_JSON_DEPTH: Final = 256
"""A model in a model takes four levels; `parsing` has a limit of its own."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file gave. `weights` by path, in Keras' layout; None where there was no file of weights."""

    document: Document
    weights: Mapping[str, Array] | None
    problems: tuple[Problem, ...] = ()


def import_file(
    file: Path,
    weights: Path | None = None,
    *,
    name: str | None = None,
    limits: Limits | None = None,
    file_limits: FileLimits | None = None,
) -> Imported:
    """A document, and the weights of the file itself or of the one beside it. Nothing in a file is ever executed.

    Raises:
        ProblemError: The file can't be read at all; what single layers lack comes back as problems.
    """
    limits, file_limits = limits or Limits(), file_limits or FileLimits()
    start = _start(file)
    with tempfile.TemporaryDirectory(prefix="layerloom-") as folder:
        if start.startswith(ZIP):
            parts = read_archive(file, Path(folder) / "own.h5", file_limits)
            read = read_model(_json(parts.config, file_limits), name, limits)
            return _with_weights(read, weights or parts.weights, limits, file_limits)
        if start.startswith(SIGNATURE):
            with opened(file, file_limits) as held:
                read = read_model(_json(_config(held), file_limits), name, limits)
            return _with_weights(read, weights or file, limits, file_limits)
        content = _text(file, file_limits)
        if is_keras_json(content[:4096]):
            read = read_model(_json(content, file_limits), name, limits)
            return _with_weights(read, weights, limits, file_limits)
        document = load_document(content, limits)
        if weights is None:
            return Imported(document, None)
        taken = read_weights_file(weights, document, None, file_limits, limits)
        return Imported(document, taken.weights, tuple(taken.problems))


def read_weights_file(
    file: Path,
    document: Document,
    tree: SavedLayer | None,
    file_limits: FileLimits | None = None,
    limits: Limits | None = None,
    model: str | None = None,
) -> Taken:
    """Weights for a document from `.safetensors` (by our paths), `.weights.h5`, an old `.h5`, or a `.keras`.

    `tree`: the layers in Keras' order; without it Keras' files can't be read.

    Raises:
        ProblemError: The file can't be read at all.
    """
    file_limits = file_limits or FileLimits()
    known = known_layers(document, model or trained_model(document), limits)
    start = _start(file)
    if not start.startswith((ZIP, SIGNATURE)):
        return read_safetensors(file, known, file_limits)
    if tree is None:
        raise refused(
            "import.weights_alone",
            "Keras' weights are kept in the order of Keras' layers, which this document does not tell.",
            "Import the weights beside the Keras JSON, or give them as `.safetensors`.",
            field="weights",
        )
    with tempfile.TemporaryDirectory(prefix="layerloom-") as folder:
        if start.startswith(ZIP):
            parts = read_archive(file, Path(folder) / "own.h5", file_limits)
            if parts.weights is None:
                return Taken()
            file = parts.weights
        with opened(file, file_limits) as held:
            root = legacy_root(held)
            if root is not None:
                return read_legacy_weights(held, root, tree, known)
            return read_weights(held, tree, known)


def read_safetensors(file: Path, known: Mapping[str, KnownLayer], limits: FileLimits) -> Taken:
    """Our own weights by path; what does not fit becomes a problem.

    Raises:
        ProblemError: `weights.broken`, `file.too_large`.
    """
    arrays = load_safetensors(file, limits)
    taken = Taken()
    for layer in known.values():
        missing = [weight for weight in layer.weights if f"{layer.path}/{weight.name}" not in arrays]
        if missing:
            taken.miss(layer, layer.path, missing, f"{layer.path}/…")
        for weight in layer.weights:
            array = arrays.pop(f"{layer.path}/{weight.name}", None)
            if array is None:
                continue
            if array.shape == weight.shape:
                taken.weights[f"{layer.path}/{weight.name}"] = array
            else:
                taken.problems.append(
                    problem(
                        "weights.shape",
                        f"Layer `{layer.path}`: weight `{weight.name}` has shape {array.shape} in the file; "
                        f"expected {weight.shape}.",
                        "Give the weights that belong to this model; this weight will be drawn anew.",
                        layer,
                    )
                )
    taken.leave(sorted(arrays))
    return taken


def load_safetensors(file: Path, limits: FileLimits | None = None) -> dict[str, Array]:
    """All arrays of a file.

    Raises:
        ProblemError: `weights.broken`, `file.too_large`.
    """
    size = file.stat().st_size
    limits = limits or FileLimits()
    if size > limits.bytes:
        raise refused(
            "file.too_large",
            f"The file has {size:,} bytes; at most {limits.bytes:,} are read.",
            RAISE.format("BYTES"),
            field="weights",
        )
    try:
        return dict(load_file(file))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise refused(
            "weights.broken",
            f"These are neither Keras' weights nor a safetensors file: {' '.join(str(error).split())[:200]}.",
            "Give `.weights.h5`, `.h5` or `.safetensors`.",
            field="weights",
        ) from None


def trained_model(document: Document) -> str:
    """The model whose weights are meant where none is named."""
    return document.training.model if document.training is not None else MAIN


def is_keras_json(start: bytes) -> bool:
    """Whether a JSON text that begins so is a model of Keras, not a document of ours."""
    return b'"layerloom/' not in start and b'"class_name"' in start


def _with_weights(read: ReadModel, weights: Path | None, limits: Limits, file_limits: FileLimits) -> Imported:
    if weights is None:
        return Imported(read.document, None, read.problems)
    taken = read_weights_file(weights, read.document, read.tree, file_limits, limits)
    return Imported(read.document, taken.weights, (*read.problems, *taken.problems))


def _config(file: Hdf5) -> bytes:
    config = file.text("", "model_config")
    if config is None:
        raise refused(
            "import.weights_alone",
            "This HDF5 file holds weights alone; expected a whole model, with the attribute `model_config`.",
            "Import the model's JSON (`model.to_json()`), and give this file as its weights.",
        )
    return config.encode()


def _json(content: bytes, limits: FileLimits) -> Mapping[str, Any]:  # Any: JSON
    if len(content) > limits.config_bytes:
        raise _config_too_large(len(content), limits)
    read = parse_json(content, Limits(document_bytes=limits.config_bytes, json_depth=_JSON_DEPTH))
    if not isinstance(read, dict):
        raise refused(
            "import.invalid", f"The model's JSON is a {type(read).__name__}; expected an object.", ""
        )
    return read


def _text(file: Path, limits: FileLimits) -> bytes:
    size = file.stat().st_size
    if size > limits.config_bytes:
        raise _config_too_large(size, limits)
    return file.read_bytes()


def _config_too_large(size: int, limits: FileLimits) -> ProblemError:
    return refused(
        "import.too_large",
        f"The model's JSON has {size:,} bytes; at most {limits.config_bytes:,} are read.",
        RAISE.format("CONFIG_BYTES"),
    )


def _start(file: Path) -> bytes:
    with file.open("rb") as content:
        return content.read(16)
