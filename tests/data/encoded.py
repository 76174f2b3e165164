"""A small data set with a column of every kind, and its rows, for tests of encoders."""

import io
import wave
from typing import Any

import numpy as np
from PIL import Image

from layerloom.data.binding import bind
from layerloom.data.bound import BoundData
from layerloom.data.dataset import Column, Dataset
from layerloom.data.table import Table
from layerloom.document import DataBinding, Fit, Split
from layerloom.tensors import TensorSpec

ROWS = 12
WORDS = [
    "The cat sat", "the dog ran home", "A cat and a dog", "the end", "cat, cat!", "the sun", "dog days", "the sea",
    "zebra zebra", "yak yak yak", "xerus", "wolf wolf",
]  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "age": {"kind": "number"},
    "income": {"kind": "number", "missing": 2},
    "rooms": {"kind": "integer", "dtype": "int64"},
    "city": {"kind": "category", "dtype": "int64", "classes": ("Berlin", "Lima", "Oslo"), "missing": 1},
    "kind": {"kind": "category", "dtype": "int64", "classes": ("a", "b")},
    "part": {"kind": "category", "dtype": "int64", "classes": ("test", "train", "validation")},
    "text": {"kind": "text", "dtype": "string"},
    "picture": {"kind": "image"},
    "sound": {"kind": "audio"},
    "day": {"kind": "time", "dtype": "int64"},
    "vector": {"kind": "tensor", "shape": (2,)},
}


def spec(*shape: int | None, dtype: Any = "float32") -> TensorSpec:
    return TensorSpec((None, *shape), dtype)


def png(height: int, width: int, value: int | tuple[int, int, int] = 128) -> bytes:
    file = io.BytesIO()
    Image.new("L" if isinstance(value, int) else "RGB", (width, height), value).save(file, "PNG")
    return file.getvalue()


def wav(samples: np.ndarray[Any, Any], rate: int = 8_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, rate, len(samples), "NONE", ""))
        written.writeframes((samples * 32_767).astype("<i2").tobytes())
    return file.getvalue()


def objects(values: list[Any]) -> np.ndarray[Any, Any]:
    return np.array([*values, None], dtype=object)[:-1]


def columns() -> dict[str, np.ndarray[Any, Any]]:
    income = np.arange(ROWS) * 100.0 + 50
    income[[1, 4]] = np.nan
    city = np.arange(ROWS) % 3
    city[2] = -1
    return {
        "age": np.arange(ROWS, dtype=np.float64),
        "income": income,
        "rooms": np.array([1, 2, 4, 1, 2, 4, 1, 2, 4, 1, 2, 4]),
        "city": city,
        "kind": np.arange(ROWS) % 2,
        "part": np.array([1] * 8 + [2] * 2 + [0] * 2),
        "text": objects(WORDS),
        "picture": objects([png(4 + row % 2, 6, row * 20) for row in range(ROWS)]),
        "sound": objects([wav(np.full(4 + row, 0.5)) for row in range(ROWS)]),
        "day": np.arange(ROWS)[::-1] * 86_400_000_000 + 1_700_000_000_000_000,
        "vector": np.arange(ROWS * 2, dtype=np.float32).reshape(ROWS, 2),
    }


def dataset(**changed: dict[str, Any]) -> Dataset:
    described = {name: {**kind, **changed.get(name, {})} for name, kind in KINDS.items()}
    return Dataset(
        id="every-kind",
        name="Every kind",
        kind="uploaded",
        rows=ROWS,
        columns=tuple(Column(name=name, **kind) for name, kind in described.items()),
    )


def chosen(columns: Any, encoder: str, **config: Any) -> dict[str, Any]:
    return {"columns": columns, "encoder": {"type": encoder, "config": config}}


def bound(
    inputs: dict[str, Any],
    specs: dict[str, TensorSpec],
    targets: dict[str, Any] | None = None,
    outputs: dict[str, TensorSpec] | None = None,
    losses: dict[str, str] | None = None,
    *,
    split: Split | None = None,
    fit: Fit | None = None,
    rows: dict[str, np.ndarray[Any, Any]] | None = None,
    **more: Any,
) -> BoundData:
    """Encoded rows of the set."""
    binding = DataBinding(dataset="every-kind", inputs=inputs, targets=targets or {}, split=split)
    table = Table(columns() if rows is None else rows)
    return bind(binding, dataset(), table, specs, outputs or {}, losses or {}, fit or Fit(), **more)
