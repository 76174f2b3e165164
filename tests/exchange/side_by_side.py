"""A Keras model and ours from its file, on the same random batch."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

import layerloom
from layerloom.layers.modules.layouts import to_keras
from layers.reference import keras

OPEN = 5
"""Size of an axis that is known only at run time."""


def saved(model: Any, folder: Path, name: str = "model") -> Path:
    path = folder / f"{name}.keras"
    model.save(path)
    return path


def shaken(model: Any, seed: int = 0) -> Any:
    """With weights that are nowhere zero or one by default, so that a mistake shows."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        value = np.asarray(weight.value)
        if value.dtype.kind != "f":
            continue
        noise = random.normal(scale=0.1, size=value.shape).astype(value.dtype)
        is_spread = weight.path.endswith(("moving_variance", "variance"))
        weight.assign(np.abs(value + noise) + 0.1 if is_spread else value + noise)
    return model


def batch(model: Any, rows: int = 3, seed: int = 1) -> list[np.ndarray]:
    """Arrays for the model's inputs, in its order; whole numbers are ids from 0 to 9, padded at the end with 0."""
    random = np.random.default_rng(seed)
    arrays = []
    for tensor in keras.tree.flatten(model.inputs):
        shape = (rows, *(OPEN if size is None else size for size in tensor.shape[1:]))
        if keras.backend.is_int_dtype(tensor.dtype):
            ids = random.integers(1, 10, shape).astype("int32")
            if len(shape) > 1 and shape[1] > 3:
                ids[0, -2:] = 0
            arrays.append(ids)
        else:
            array = random.normal(size=shape).astype("float32")
            if len(shape) == 3:
                array[0, -1] = 0.0  # a step that Masking leaves out
            arrays.append(array)
    return arrays


def nested(model: Any, arrays: list[np.ndarray]) -> Any:
    """The arrays in the structure of the model's inputs."""
    tensors = [keras.ops.convert_to_tensor(each) for each in arrays]
    if isinstance(model, keras.Sequential):
        return tensors[0]
    return keras.tree.pack_sequence_as(model.input, tensors)


def theirs(model: Any, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Keras' outputs, in order."""
    given = nested(model, arrays)
    return [np.asarray(each) for each in keras.tree.flatten(model(given))]


def ours(model: layerloom.Model, arrays: list[np.ndarray]) -> list[np.ndarray]:
    found = model.predict(arrays)
    return [found[name] for name in model.outputs]


def gradients_of_theirs(model: Any, arrays: list[np.ndarray], folder: Path) -> dict[str, np.ndarray]:
    """Of the sum of all outputs, each weighed by `weighing`: by our paths, for they are saved as weights are."""
    import jax

    given = nested(model, arrays)
    trainable = [weight.value for weight in model.trainable_variables]
    fixed = [weight.value for weight in model.non_trainable_variables]

    def total(values: Any) -> Any:
        outputs, _ = model.stateless_call(values, fixed, given, training=False)
        flat = keras.tree.flatten(outputs)
        return sum((each * weighing(index, each.shape)).sum() for index, each in enumerate(flat))

    found = jax.grad(total)(trainable)
    before = [np.asarray(value) for value in trainable]
    for weight, gradient in zip(model.trainable_variables, found, strict=True):
        weight.assign(gradient)
    path = saved(model, folder, "gradients")
    for weight, value in zip(model.trainable_variables, before, strict=True):
        weight.assign(value)
    return layerloom.load(path).get_weights()


def gradients_of_ours(model: layerloom.Model, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    module = model.module.eval()
    module.zero_grad()
    total = sum(
        (output * torch.from_numpy(weighing(index, tuple(output.shape)))).sum()
        for index, output in enumerate(module(*map(torch.from_numpy, arrays)))
    )
    if total.requires_grad:  # a model of operations alone has nothing to learn
        total.backward()
    return {
        path: to_keras(weight.grad.numpy(), description.layout)
        for path, weight, description in module.weights()
        if weight.requires_grad and weight.grad is not None
    }


def weighing(index: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(100 + index).normal(size=shape).astype("float32")
