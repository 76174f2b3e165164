"""What a run leaves: weights by Keras' names and layout, history, document, encoders. Worker side."""

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import orjson
from pydantic import BaseModel
from safetensors.numpy import save

from layerloom.document import Limits, Training
from layerloom.exchange.keras.export import keras_model
from layerloom.exchange.torch_source.export import export_built
from layerloom.graph.build import BuiltModel
from layerloom.runs.checkpoints import write_state
from layerloom.runs.records import run_history
from layerloom.runs.spec import ARTIFACTS
from layerloom.runs.starting import STATE
from layerloom.store.blobs import write_atomically
from layerloom.training.callbacks.base import SaveWeights
from layerloom.training.recipe import recipe
from layerloom.training.state import FitState
from layerloom.versions import load_document

_MOST_NUMBERS = 100_000_000
"""Weights of a model that is also written in Keras' form, where they are kept three times."""

log = logging.getLogger(__name__)


def save_artifacts(
    folder: Path,
    document: str,
    model: BuiltModel,
    encoders: Mapping[str, BaseModel],
    epochs: list[str],
    limits: Limits,
) -> None:
    """`weights.safetensors`, `history.json`, `document.json`, `encoders.json`, `model.py`, `model.keras` and
    `model.weights.h5` in the run's folder."""
    target = folder / ARTIFACTS
    save_weights(target, "weights", model)
    write_atomically(target / "history.json", run_history(epochs).model_dump_json(indent=2).encode())
    write_document(target, document)
    write_encoders(target, encoders)
    _save_source(target, document, model, limits)
    _save_keras(target, document, model, limits)


def save_checkpoint(
    target: Path, asked: SaveWeights, state: FitState, model: BuiltModel, document: str, training: Training
) -> None:
    """What a ModelCheckpoint asks for, into the folder of artifacts, with the document that the weights belong to."""
    if asked.whole:
        write_state(target / f"{asked.name}.{STATE}", state)
    averages = any(getattr(callback, "swap_on_epoch", False) for callback in recipe(training).callbacks)
    with state.optimizer.averaged() if averages and state.optimizer is not None else nullcontext():
        save_weights(target, asked.name, model)
    write_document(target, document)


def write_document(target: Path, document: str) -> None:
    """`document.json`."""
    write_atomically(target / "document.json", document.encode())


def write_encoders(target: Path, encoders: Mapping[str, BaseModel]) -> None:
    """`encoders.json`: how columns became numbers."""
    states = {name: state.model_dump(mode="json") for name, state in encoders.items()}
    write_atomically(target / "encoders.json", orjson.dumps(states, option=orjson.OPT_INDENT_2))


def save_weights(target: Path, name: str, model: BuiltModel) -> None:
    """`<name>.safetensors` in the folder; each weight under its path, `shared_lstm/kernel`."""
    weights = {path: np.asarray(array, order="C") for path, array in model.get_weights().items()}
    write_atomically(target / f"{name}.safetensors", save(weights))


def _save_source(target: Path, document: str, model: BuiltModel, limits: Limits) -> None:
    """`model.py`, which reads `weights.safetensors`. What has been learned is kept even where this fails."""
    try:
        source = export_built(load_document(document.encode(), limits), model, limits)
        write_atomically(target / "model.py", source.text.encode())
    except Exception:
        log.exception("model.py could not be written")


def _save_keras(target: Path, document: str, model: BuiltModel, limits: Limits) -> None:
    """`model.keras` and `model.weights.h5`, with the whole model: what was not trained is as it was drawn."""
    if sum(tensor.numel() for _, tensor, _ in model.weights()) > _MOST_NUMBERS:
        log.warning("no file of Keras is written: the model is large; export it when it is needed")
        return
    try:
        written = keras_model(load_document(document.encode(), limits), limits, model.get_weights())
        write_atomically(target / "model.keras", written.archive())
        write_atomically(target / "model.weights.h5", written.weights())
    except Exception as error:
        log.warning("no file of Keras could be written: %s", error)
