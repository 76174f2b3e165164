"""Keras' weights files and archives, written: real Keras loads them. The same model gives the same bytes."""

import io
from collections.abc import Mapping
from typing import BinaryIO, Final

import h5py
import numpy as np
import orjson

from layerloom.exchange.keras.archive import write_archive
from layerloom.exchange.keras.groups import below, placed
from layerloom.exchange.keras.known import KnownLayer, Weights
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.exchange.keras.weights import weight_places

KERAS_VERSION: Final = "3.15.1"
"""The version whose formats these are; Keras reads those of older versions."""
_NO_DATE: Final = "1980-01-01@00:00:00"


def write_weights(
    target: BinaryIO, tree: SavedLayer, known: Mapping[str, KnownLayer], weights: Weights
) -> None:
    """A `.weights.h5`. A layer that two models share is written for both, so that either can be loaded alone.

    Raises:
        KeyError: A layer's weight is not among `weights`.
    """
    with h5py.File(target, "w", track_order=False) as file:
        for group, saved in placed(tree):
            variables = file.require_group(below(group, "vars"))
            variables.attrs["name"] = saved.name
            layer = known.get(saved.path) if saved.path is not None else None
            if layer is None:
                continue
            for place, weight in weight_places(group, layer).items():
                array = np.asarray(weights[f"{layer.path}/{weight.name}"], order="C")
                file.create_dataset(place, data=array, track_times=False)


def write_keras_archive(
    target: BinaryIO,
    config: Mapping[str, object],
    tree: SavedLayer,
    known: Mapping[str, KnownLayer],
    weights: Weights,
) -> None:
    """A `.keras` file.

    Raises:
        KeyError: A layer's weight is not among `weights`.
    """
    held = io.BytesIO()
    write_weights(held, tree, known, weights)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": _NO_DATE}
    write_archive(target, orjson.dumps(config), orjson.dumps(metadata), held.getbuffer())
