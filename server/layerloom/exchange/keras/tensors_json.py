"""Tensors in the arguments of a call, in Keras' JSON and as `graph.Tensor`."""

from collections.abc import Mapping
from typing import Any

from layerloom.exchange.keras.graph import Argument, Tensor

Json = Any


def to_json(argument: Argument) -> Json:
    """The argument as Keras saves it."""
    if isinstance(argument, Tensor):
        shape = None if argument.shape is None else list(argument.shape)
        history = [argument.layer, argument.call, argument.index]
        config = {"shape": shape, "dtype": argument.dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}
    if isinstance(argument, dict):
        return {key: to_json(each) for key, each in argument.items()}
    if isinstance(argument, list | tuple):
        return [to_json(each) for each in argument]
    return argument


def from_json(saved: Mapping[str, Json]) -> Tensor:
    """A tensor that `to_json` gave."""
    config = saved["config"]
    shape = config["shape"]
    layer, call, index = config["keras_history"]
    return Tensor(layer, call, index, None if shape is None else tuple(shape), config["dtype"])
