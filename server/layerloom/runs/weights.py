"""Weights that are kept under the hash of their content (`weights/<id>.safetensors`), for training to begin with."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from layerloom.document import Training
from layerloom.exchange.keras.known import layers_of
from layerloom.graph.specs import InferredModel
from layerloom.problems import Problem, Severity
from layerloom.store.blobs import write_atomically

if TYPE_CHECKING:
    from layerloom.graph.build import BuiltModel

_ID: Final = re.compile(r"[0-9a-f]{64}")
_MOST_HEADER: Final = 64 * 1024 * 1024
_SHOWN: Final = 8


class KeptWeights(BaseModel):
    """Weights in the data folder."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="For `training.weights` of a document: what training begins with.")
    count: int = Field(description="How many weights, each with its path.")
    bytes: int = Field(description="Size of the file.")


def keep(folder: Path, weights: Mapping[str, np.ndarray[Any, Any]]) -> KeptWeights:
    """Write weights by path, in Keras' layout; the same ones again are the same file. In a child: has safetensors."""
    import hashlib

    from safetensors.numpy import save

    content = save({path: np.asarray(weights[path], order="C") for path in sorted(weights)})
    identity = hashlib.sha256(content).hexdigest()
    path = folder / f"{identity}.safetensors"
    if not path.is_file():
        write_atomically(path, content)
    return KeptWeights(id=identity, count=len(weights), bytes=len(content))


def find(folder: Path, identity: str) -> Path | None:
    """The file, or None where nothing is kept under this id."""
    if _ID.fullmatch(identity) is None:
        return None
    path = folder / f"{identity}.safetensors"
    return path if path.is_file() else None


def check(training: Training, folder: Path | None, inferred: InferredModel) -> list[Problem]:
    """An error where `training.weights` is not kept here; a warning for what in it does not fit the model."""
    if training.weights is None or folder is None:
        return []
    path = find(folder, training.weights)
    if path is None:
        return [unknown_weights(training.weights)]
    shapes = shapes_of(path)
    wanted = {
        f"{layer.path}/{weight.name}": weight.shape
        for layer in layers_of(inferred)
        for weight in layer.weights
    }
    odd = [name for name, shape in wanted.items() if shapes.get(name) != shape]
    if not odd:
        return []
    told = ", ".join(f"`{name}` {wanted[name]}, kept: {shapes.get(name, 'none')}" for name in odd[:_SHOWN])
    rest = f", and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
    return [
        Problem(
            code="weights.misfit",
            severity=Severity.WARNING,
            message=f"{len(odd)} of {len(wanted)} weights do not begin as kept, but are drawn anew: {told}{rest}.",
            hint="Nothing to do if these layers are new. Else give them back the id and the config that they had.",
            field="training.weights",
        )
    ]


def unknown_weights(identity: str) -> Problem:
    """Of a document that names weights which are not there."""
    return Problem(
        code="weights.unknown",
        message=f"No weights are kept here under the id `{identity[:64]}`.",
        hint="Import the file again, or take `training.weights` out to begin with new weights.",
        field="training.weights",
    )


def begin_with(model: "BuiltModel", folder: Path | None, training: Training) -> None:
    """Give the model the weights that its training names, those of them that fit."""
    path = find(folder, training.weights) if folder is not None and training.weights is not None else None
    if path is None:
        return
    from safetensors.numpy import load_file

    kept = load_file(path)
    model.set_weights(
        {
            name: kept[name]
            for name, _, weight in model.weights()
            if name in kept and kept[name].shape == tuple(weight.shape)
        }
    )


def shapes_of(path: Path) -> dict[str, tuple[int, ...]]:
    """By weight, without reading one."""
    return {name: tuple(entry["shape"]) for name, entry in head_of(path).items() if name != "__metadata__"}


def head_of(path: Path) -> dict[str, Any]:  # Any: JSON
    """The head of a safetensors file: its length, then JSON."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        head: dict[str, Any] = json.loads(file.read(min(length, _MOST_HEADER)))
    return head
