"""Masks as Keras works them out while a model is built: operations that stand in its file beside the layers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from layerloom.exchange.keras.graph import Argument, Call, Entry, Tensor
from layerloom.exchange.keras.names import Names
from layerloom.layers.base import LayerType

_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional")
TRAINING_OFF = frozenset(_RECURRENT) - {"Bidirectional"}
"""Layers whose call has `training=False` as its default."""

TAKE_MASK = frozenset({
    *_RECURRENT, "TimeDistributed", "BatchNormalization", "Softmax", "GlobalAveragePooling1D",
})  # fmt: skip
"""Layers whose call has the argument `mask`."""

MASK_EACH = frozenset({"MultiHeadAttention", "GroupQueryAttention"})
"""Layers whose call has a mask for each of its tensors: `query_mask`."""

MASK_LISTS = frozenset({"Attention", "AdditiveAttention"})
"""Layers that take a list of masks, of the query and of the value."""

_ELEMENTWISE = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")


@dataclass(slots=True)
class Masks:
    """Operations on masks, made as they are needed."""

    names: Names
    entries: dict[str, Entry] = field(default_factory=dict)

    def after(
        self,
        class_name: str,
        layer: LayerType | None,
        inputs: Sequence[Tensor],
        masks: Sequence[Tensor | None],
        count: int,
    ) -> list[Tensor | None]:
        """Masks of the outputs of a call, given those of the tensors at its first argument."""
        first = masks[0] if masks else None
        nothing: list[Tensor | None] = [None] * count
        if class_name == "Embedding":
            return (
                [self._not_equal(inputs[0], 0), *nothing[1:]]
                if getattr(layer, "mask_zero", False)
                else nothing
            )
        if class_name == "Masking":
            value = getattr(layer, "mask_value", 0.0)
            return [self._any(self._not_equal(inputs[0], value)), *nothing[1:]]
        if class_name in _ELEMENTWISE:
            return [self._either(masks)]
        if class_name == "Concatenate":
            return [self._joined(inputs, masks, int(getattr(layer, "axis", -1)))]
        if class_name in _RECURRENT:
            has_all = first is not None and _returns_sequences(layer)
            both = class_name == "Bidirectional" and getattr(layer, "merge_mode", "concat") is None
            return [first if has_all and place < 1 + both else None for place in range(count)]
        if class_name in MASK_LISTS and first is not None:
            config = {"dtype": None, "sparse": None, "ragged": None}
            module = "keras.src.ops.core"
            return [
                self._made("ConvertToTensor", "convert_to_tensor", [first], first.shape, module, **config),
                *nothing[1:],
            ]
        if layer is not None and layer.mask_out == "drop":
            return nothing
        return [first, *nothing[1:]]

    def _not_equal(self, tensor: Tensor, value: Any) -> Tensor:
        return self._made("NotEqual", "not_equal", [tensor, value], tensor.shape)

    def _any(self, tensor: Tensor) -> Tensor:
        shape = None if tensor.shape is None else tensor.shape[:-1]
        return self._made("Any", "any", [tensor], shape, axis=-1, keepdims=False)

    def _either(self, masks: Sequence[Tensor | None]) -> Tensor | None:
        found: Tensor | None = None
        for mask in masks:
            if mask is None:
                return None
            found = (
                mask if found is None else self._made("LogicalOr", "logical_or", [found, mask], mask.shape)
            )
        return found

    def _joined(self, inputs: Sequence[Tensor], masks: Sequence[Tensor | None], axis: int) -> Tensor | None:
        if all(mask is None for mask in masks):
            return None
        wide = [self._wide(tensor, mask) for tensor, mask in zip(inputs, masks, strict=True)]
        shape = wide[0].shape
        return self._any(self._made("Concatenate", "concatenate", [list(wide)], shape, axis=axis))

    def _wide(self, tensor: Tensor, mask: Tensor | None) -> Tensor:
        """A mask of the tensor's own shape."""
        if mask is None:
            return self._made("OnesLike", "ones_like", [tensor], tensor.shape, dtype="bool")
        if len(mask.shape or ()) >= len(tensor.shape or ()):
            return mask
        last = self._made("ExpandDims", "expand_dims", [mask], (*(mask.shape or ()), 1), axis=-1)
        zeros = self._made("ZerosLike", "zeros_like", [tensor], tensor.shape, dtype="bool")
        return self._made("LogicalOr", "logical_or", [last, zeros], tensor.shape)

    def _made(
        self,
        class_name: str,
        name: str,
        args: list[Argument],
        shape: tuple[int | None, ...] | None,
        module: str = "keras.src.ops.numpy",
        **config: Any,  # Any: JSON
    ) -> Tensor:
        number = 0
        while (unique := f"{name}_{number}" if number else name) in self.names.taken:
            number += 1
        self.names.taken.add(unique)
        self.entries[unique] = Entry(
            class_name,
            unique,
            {"name": unique, **config},
            module,
            class_name,
            calls=[Call(args)],
        )
        return Tensor(unique, 0, 0, shape, "bool")


def _returns_sequences(layer: LayerType | None) -> bool:
    directions = getattr(layer, "directions", None)
    if directions is not None:
        return bool(directions()[0].return_sequences)
    return bool(getattr(layer, "return_sequences", False))
