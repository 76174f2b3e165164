"""Rows made to measure for a model's inputs and outputs; the targets are a fixed function of the inputs."""

from collections.abc import Mapping

import numpy as np

from layerloom.data.bound import BoundData
from layerloom.data.losses import LossFamily, family
from layerloom.data.table import Array
from layerloom.tensors import TensorSpec

ROWS = 1_024
_MOST_NUMBERS = 16_000_000
_OPEN = 10
"""An axis that is known only at run time. One size for all of them, whatever they are called: the `features` of
an Input are the `time` of the Output behind an Embedding."""
_SIZES_BY_AXIS = {"height": 32, "width": 32, "depth": 16}
_LATENT = 8


def generate(
    inputs: Mapping[str, TensorSpec],
    outputs: Mapping[str, TensorSpec],
    losses: Mapping[str, str],
    seed: int = 0,
) -> BoundData:
    """Up to 1,024 rows (fewer where a row is large). An axis that is known only at run time gets a usual
    size.

    Inputs are 0 to 1; whole-number inputs are 0 or 1, which every Embedding knows. Inputs go through a fixed
    random projection and each target is read off its result, so there is something to learn for every output.
    """
    generator = np.random.default_rng(seed)
    numbers = sum(int(np.prod(_sizes(spec))) for spec in (*inputs.values(), *outputs.values()))
    rows = max(32, min(ROWS, _MOST_NUMBERS // max(numbers, 1)))
    latent = np.zeros((rows, _LATENT))
    arrays: dict[str, Array] = {}
    for name, spec in inputs.items():
        values = _input(generator, spec, rows)
        arrays[name] = values
        latent += _projected(generator, values.reshape(rows, -1).astype(np.float64))
    latent /= latent.std(axis=0) + 1e-9
    targets = {
        name: _target(generator, latent, spec, family(losses.get(name))) for name, spec in outputs.items()
    }
    return BoundData(arrays, targets)


def _sizes(spec: TensorSpec) -> tuple[int, ...]:
    pairs = zip(spec.shape[1:], spec.axes[1:], strict=True)
    return tuple(_SIZES_BY_AXIS.get(axis, _OPEN) if size is None else size for size, axis in pairs)


def _input(generator: np.random.Generator, spec: TensorSpec, rows: int) -> Array:
    shape = (rows, *_sizes(spec))
    if spec.dtype in ("int32", "int64", "uint8", "bool"):
        return generator.integers(0, 2, shape).astype(spec.dtype)
    return generator.random(shape).astype("float64" if spec.dtype == "float64" else "float32")


def _projected(generator: np.random.Generator, flat: Array) -> Array:
    """`(rows, numbers)` → `(rows, 8)`, centred, of deviation about 1."""
    if flat.shape[1] == 0:
        return np.zeros((len(flat), _LATENT))
    weights = generator.standard_normal((flat.shape[1], _LATENT))
    result: Array = (flat - flat.mean(axis=0)) @ weights
    result /= result.std(axis=0) + 1e-9
    return result


def _target(generator: np.random.Generator, latent: Array, spec: TensorSpec, wants: LossFamily) -> Array:
    shape = _sizes(spec)
    weights = generator.standard_normal((_LATENT, int(np.prod(shape))))
    scores: Array = (latent @ weights / np.sqrt(_LATENT)).reshape(-1, *shape)
    target: Array = np.tanh(scores).astype(np.float32)
    if wants == "sparse":
        target = scores.argmax(axis=-1).astype(np.int64)
    elif wants == "groups":
        target = (scores.reshape(len(scores), -1)[:, 0] > 0).astype(np.int64)
    elif wants == "labels":
        few = max(1, shape[0] // 2)  # labels with a blank between any two fit the steps
        target = scores[:, :few, 1:].argmax(axis=-1).astype(np.int64) + 1
    elif wants == "categorical":
        target = np.eye(shape[-1], dtype=np.float32)[scores.argmax(axis=-1)]
    elif wants == "binary":
        target = (scores > 0).astype(np.float32)
    return target
