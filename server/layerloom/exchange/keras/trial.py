"""Does real Keras, where there is one, predict from our file what the model predicts? In a process of its own.

`python -m layerloom.exchange.keras.trial FOLDER` is that process: it loads `model.keras` and answers in `outputs.npz`.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import torch

from layerloom.exchange.keras.known import Array
from layerloom.exchange.torch_source.trial import Batch, batch_for
from layerloom.graph.build import BuiltModel

SECONDS: Final = 90
_BACKENDS: Final = ("jax", "tensorflow", "torch")
"""Those that compute apart from us come first."""
_MODEL, _INPUTS, _OUTPUTS = "model.keras", "inputs.npz", "outputs.npz"


class NotChecked(Exception):
    """Why nothing could be compared, as a sentence's end."""


def largest_difference(archive: bytes, model: BuiltModel, seconds: float = SECONDS) -> float:
    """Between the outputs of Keras with this `.keras` file and the model's, on a random batch.

    Raises:
        NotChecked: There is no Keras, no batch was found, or Keras could not load or run the file.
    """
    backend = next((name for name in _BACKENDS if importlib.util.find_spec(name)), None)
    if importlib.util.find_spec("keras") is None or backend is None:
        raise NotChecked("Keras is not installed here")
    batch = batch_for(model)
    if batch is None:
        raise NotChecked("no random batch was found that the model takes")
    with torch.no_grad():
        ours = [each.cpu().float().numpy() for each in model(*batch.tensors.values())]
    theirs = _predicted(archive, batch, backend, seconds)
    if len(ours) != len(theirs) or any(a.shape != b.shape for a, b in zip(ours, theirs, strict=True)):
        shapes = [[list(each.shape) for each in given] for given in (theirs, ours)]
        raise NotChecked(f"Keras gave outputs of shapes {shapes[0]}, the model {shapes[1]}")
    return max((_difference(a, b) for a, b in zip(ours, theirs, strict=True)), default=0.0)


def _predicted(archive: bytes, batch: Batch, backend: str, seconds: float) -> list[Array]:
    with tempfile.TemporaryDirectory(prefix="layerloom-") as name:
        folder = Path(name)
        (folder / _MODEL).write_bytes(archive)
        arrays = [
            each.float().numpy() if each.is_floating_point() else each.numpy()
            for each in batch.tensors.values()
        ]
        np.savez(
            folder / _INPUTS, allow_pickle=False, **{str(number): each for number, each in enumerate(arrays)}
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LAYERLOOM_")}
        environment |= {"KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
        package = str(Path(__file__).parents[3])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "layerloom.exchange.keras.trial", name],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotChecked(f"Keras took longer than {seconds:g} seconds") from None
        if done.returncode or not (folder / _OUTPUTS).is_file():
            last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
            raise NotChecked(f"Keras failed: {last[:200]}")
        with np.load(folder / _OUTPUTS, allow_pickle=False) as held:
            return [held[str(number)] for number in range(len(held.files))]


def _difference(one: Array, other: Array) -> float:
    with np.errstate(invalid="ignore"):
        gap = np.abs(one.astype("float64") - other.astype("float64"))
    same = (one == other) | (np.isnan(one) & np.isnan(other))  # infinities have no difference
    return float(np.where(same, 0.0, gap).max(initial=0.0))


def main(folder: Path) -> None:
    """Load, predict, answer."""
    import keras

    model = keras.models.load_model(folder / _MODEL, compile=False)
    with np.load(folder / _INPUTS, allow_pickle=False) as held:
        arrays = [held[str(number)] for number in range(len(held.files))]
    given = keras.tree.pack_sequence_as(getattr(model, "_inputs_struct", model.inputs), arrays)
    if isinstance(model, keras.Sequential):
        given = arrays[0]
    outputs = keras.tree.flatten(model(given, training=False))
    plain = [np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(each, "float32"))) for each in outputs]
    np.savez(
        folder / _OUTPUTS, allow_pickle=False, **{str(number): each for number, each in enumerate(plain)}
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
