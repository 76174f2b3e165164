"""What a client asks of a run that has learned: bodies of predict, evaluate and report."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


def prediction(x: Any, nodes: Sequence[str] = ()) -> Json:  # Any: arrays by input, or rows by column
    """For a mapping: rows by input, as they go into the model. For a list of mappings: raw values by column."""
    if isinstance(x, Mapping):
        return {"inputs": {name: _plain(value) for name, value in x.items()}, "nodes": list(nodes)}
    rows = [{name: _plain(value) for name, value in row.items()} for row in x]
    return {"rows": rows, "nodes": list(nodes)}


def rows_of(dataset: str | None, split: str | None) -> Json:
    """Which rows; what is not said is left to the server."""
    return {key: value for key, value in (("dataset", dataset), ("split", split)) if value is not None}


def _plain(
    value: Any,
) -> Any:  # Any: JSON, an array or a scalar of numpy, or the bytes of an image or a sound
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.tolist() if hasattr(value, "tolist") else value
