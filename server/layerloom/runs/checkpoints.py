"""Checkpoints: all that a fit needs to go on with the same numbers, in one safetensors file. Worker side."""

import time
from collections.abc import Sequence
from pathlib import Path

import orjson
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from layerloom.runs.spec import CHECKPOINTS
from layerloom.store.blobs import sha256_of, write_atomically
from layerloom.store.events import Checkpoint
from layerloom.training.state import FitState

SHARE = 0.05
"""Saving takes at most this part of the time that a run takes, where epochs are short."""
LONGEST_SECONDS = 30.0
"""Where an epoch takes longer than this, checkpoints are saved within it."""


class Checkpoints:
    """Saves into the run's folder, and decides when it is time to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / CHECKPOINTS
        self._saved = time.monotonic()
        self._cost = 0.0
        self._name = ""

    def is_due(self, kind: str) -> bool:
        """After an event of this kind."""
        since = time.monotonic() - self._saved
        if kind == "epoch_ended":
            return since >= self._cost / SHARE
        if kind == "step_ended":
            return since >= max(LONGEST_SECONDS, self._cost / SHARE)
        return kind == "run_paused"

    def save(self, state: FitState, epoch: int, step: int | None) -> dict[str, object] | None:
        """Write it; the event that tells of it, with the file's hash, or None where it is written already.

        `step` is None at the end of an epoch.
        """
        name = f"epoch-{epoch}" if step is None else f"epoch-{epoch}-step-{step}"
        if name == self._name:
            return None
        began = time.monotonic()
        sha256 = write_state(self._folder / f"{name}.safetensors", state)
        self._saved = time.monotonic()
        self._cost = self._saved - began
        self._name = name
        return {"kind": "checkpoint_saved", "epoch": epoch, "name": name, "sha256": sha256}


def write_state(path: Path, state: FitState) -> str:
    """All of a fit's state in one file; its hash."""
    tensors, record = state.save()
    data = save(
        {key: _own(tensor) for key, tensor in tensors.items()}, {"record": orjson.dumps(record).decode()}
    )
    return write_atomically(path, data)


def load_newest(folder: Path, checkpoints: Sequence[Checkpoint]) -> FitState | None:
    """The state of the first that is whole, by its hash."""
    for checkpoint in checkpoints:
        path = folder / CHECKPOINTS / f"{checkpoint.name}.safetensors"
        if not path.is_file() or sha256_of(path) != checkpoint.sha256:
            print(f"checkpoint {checkpoint.name} is missing or damaged; trying the one before", flush=True)
            continue
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
        return FitState.load(load_file(path), orjson.loads(metadata["record"]))
    return None


def _own(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor that shares its storage with no other; safetensors refuses views."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor.clone() if tensor.untyped_storage().nbytes() != tensor.nbytes else tensor
