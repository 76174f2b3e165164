"""`Model.save`: a file by its suffix."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import save as to_safetensors

from layerloom.document import to_text
from layerloom.problems import Problem, ProblemError
from layerloom.store.blobs import write_atomically

if TYPE_CHECKING:
    from layerloom.exchange.keras.export import KerasModel
    from layerloom.library.model import Model


def save(model: "Model", path: Path) -> None:
    """
    Raises:
        ProblemError: `export.unknown_format` for a suffix that stands for no format.
    """
    suffix = next((each for each in FORMATS if path.name.endswith(each)), None)
    if suffix is None:
        raise ProblemError(
            Problem(
                code="export.unknown_format",
                message=f"`{path.name}` ends in no known suffix; known: {', '.join(FORMATS)}.",
                hint="Choose one of them.",
            )
        )
    write_atomically(path, FORMATS[suffix](model))


def _document(model: "Model") -> bytes:
    return to_text(model.document).encode()


def _safetensors(model: "Model") -> bytes:
    return to_safetensors({name: np.asarray(array, order="C") for name, array in model.get_weights().items()})


def _torch(model: "Model") -> bytes:
    from layerloom.exchange.torch_source.export import export_built
    from layerloom.library.model import NO_LIMITS

    return export_built(model.document, model.module, NO_LIMITS).text.encode()


def _onnx(model: "Model") -> bytes:
    from layerloom.exchange.onnx import to_onnx

    return to_onnx(model.module)


def _keras(model: "Model") -> bytes:
    return _in_keras(model).archive()


def _weights_h5(model: "Model") -> bytes:
    return _in_keras(model).weights()


def _in_keras(model: "Model") -> "KerasModel":
    from layerloom.exchange.keras.export import keras_model
    from layerloom.library.model import NO_LIMITS

    return keras_model(model.document, NO_LIMITS, model.get_weights(), model.module.plan.model)


FORMATS: dict[str, Callable[["Model"], bytes]] = {
    ".json": _document,
    ".safetensors": _safetensors,
    ".onnx": _onnx,
    ".py": _torch,
    ".keras": _keras,
    ".weights.h5": _weights_h5,
}
