"""Which weights a run takes over from an earlier one, and what becomes of each of the others. No torch.

A weight is kept where its layer has the same path, type, config and shapes as before. What a config says about how
weights are drawn, bounded or frozen changes nothing of what they mean, so it may differ.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from layerloom.document import Document, Limits
from layerloom.exchange.keras.known import layers_of
from layerloom.graph.infer import infer
from layerloom.graph.resolve import resolve
from layerloom.graph.specs import InferredModel
from layerloom.runs.weights import shapes_of

Status = Literal["kept", "reset", "reshaped", "new", "gone"]
Shape = tuple[int, ...]

_WITHOUT_MEANING: Final = ("name", "trainable", "dtype", "rate", "dropout", "recurrent_dropout", "seed")
_WITHOUT_MEANING_ENDS: Final = ("_initializer", "_regularizer", "_constraint", "regularizer", "initializer")


class WeightStart(BaseModel):
    """How one weight begins."""

    model_config = ConfigDict(frozen=True)

    path: str = Field(description="`vision/dense/kernel`.")
    layer: str = Field(description="Path of its layer: `vision/dense`.")
    status: Status = Field(
        description="kept: as the earlier run left it; reset: drawn anew, for its layer differs; reshaped: "
        "drawn anew, for its shape differs; new: it was not there; gone: it was there."
    )
    shape: Shape | None = Field(description="Null where it is gone.")
    before: Shape | None = Field(description="Its shape in the earlier run; null where it is new.")


def compare(
    document: Document, earlier: Document, weights: Path, limits: Limits | None = None
) -> list[WeightStart]:
    """Every weight of the trained model, in the order of the layers, then those that are gone.

    `weights` is the file that the earlier run left; only its head is read.
    """
    now, before = _layers(document, limits), _layers(earlier, limits)
    kept = shapes_of(weights)
    found: list[WeightStart] = []
    for path, (shapes, means) in now.items():
        is_same = path in before and before[path][1] == means
        is_same = is_same and all(kept.get(f"{path}/{name}") == shape for name, shape in shapes.items())
        for name, shape in shapes.items():
            whole = f"{path}/{name}"
            old = kept.get(whole)
            if old is None:
                status: Status = "new"
            elif old != shape:
                status = "reshaped"
            else:
                status = "kept" if is_same else "reset"
            found.append(WeightStart(path=whole, layer=path, status=status, shape=shape, before=old))
    known = {item.path for item in found}
    for whole, old in kept.items():
        if whole not in known:
            layer = whole.rpartition("/")[0]
            found.append(WeightStart(path=whole, layer=layer, status="gone", shape=None, before=old))
    return found


def _layers(document: Document, limits: Limits | None) -> dict[str, tuple[dict[str, Shape], object]]:
    """By path: the shapes of the layer's weights, and what gives them their meaning."""
    name = document.training.model if document.training else "main"
    inferred = infer(resolve(document, limits)).models.get(name)
    if inferred is None:
        return {}
    meanings = dict(_meanings(inferred, ""))
    return {
        layer.path: (
            {weight.name: tuple(weight.shape) for weight in layer.weights},
            meanings.get(layer.path),
        )
        for layer in layers_of(inferred)
        if layer.weights
    }


def _meanings(model: InferredModel, prefix: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for layer_id, use in model.uses.items():
        path = f"{prefix}{layer_id}"
        if use.nested is not None:
            found += _meanings(use.nested, f"{path}/")
        else:
            parsed = use.layer.parsed
            config = parsed.config.model_dump(mode="json") if parsed.config is not None else {}
            found.append((path, (parsed.type, _meaning(config))))
    return found


def _meaning(config: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    return {
        key: _meaning(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if key not in _WITHOUT_MEANING and not key.endswith(_WITHOUT_MEANING_ENDS)
    }
