"""The layers of a Keras model in the order in which its weights file keeps them, beside the layers of our document."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedLayer:
    """One entry of a model's `config.layers`, or the model itself.

    Keras' weights file names groups by class and counter in this order (`layers/dense`, `layers/dense_1`), so layers
    without weights count too. `path` is the layer's place in our weights (`vision/dense`; "" for the model itself),
    whose names are `path/kernel` and so on; None where the document has no such layer (an operation that was dropped).
    """

    class_name: str
    name: str
    path: str | None
    layers: tuple["SavedLayer", ...] | None = None
    """Of a model: what it holds."""
    wraps: "SavedLayer | None" = None
    """Of a wrapper that shares what it wraps (TimeDistributed): the layer under `layer/`."""
    is_operation: bool = False
    """A call of `keras.ops` that Keras lists among the layers: it is no layer, and its class is not counted."""
