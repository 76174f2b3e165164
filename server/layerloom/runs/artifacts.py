"""What a run leaves: weights by Keras' names and layout, history, document, encoders. Worker side."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import orjson
from pydantic import BaseModel
from safetensors.numpy import save

from layerloom.graph.build import BuiltModel
from layerloom.runs.records import run_history
from layerloom.runs.spec import ARTIFACTS
from layerloom.store.blobs import write_atomically


def save_artifacts(
    folder: Path, document: str, model: BuiltModel, encoders: Mapping[str, BaseModel], epochs: list[str]
) -> None:
    """`weights.safetensors`, `history.json`, `document.json`, `encoders.json` in the run's folder."""
    target = folder / ARTIFACTS
    save_weights(folder, "weights", model)
    write_atomically(target / "history.json", run_history(epochs).model_dump_json(indent=2).encode())
    write_atomically(target / "document.json", document.encode())
    states = {name: state.model_dump(mode="json") for name, state in encoders.items()}
    write_atomically(target / "encoders.json", orjson.dumps(states, option=orjson.OPT_INDENT_2))


def save_weights(folder: Path, name: str, model: BuiltModel) -> None:
    """`<name>.safetensors` among the artifacts; each weight under its path, `shared_lstm/kernel`."""
    weights = {path: np.ascontiguousarray(array) for path, array in model.get_weights().items()}
    write_atomically(folder / ARTIFACTS / f"{name}.safetensors", save(weights))
