"""The operation type `Slicing`."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from layerloom.layers.base import Example, Inputs, Outputs, one, refuse
from layerloom.layers.calls import Call
from layerloom.layers.operations.base import Movement, Wholes
from layerloom.tensors import TensorSpec

Item = int | str | None
_SLICE = re.compile(r"-?\d{0,9}:-?\d{0,9}(:-?\d{0,9})?")


def read_item(value: object) -> Item:
    """One item of a key: a number, a slice as text, `...`, null; or a slice as Keras saves it.

    Raises:
        ValueError: It is none of these.
    """
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, Mapping):
        config = value.get("config")
        if value.get("class_name") == "__ellipsis__":
            return "..."
        if value.get("class_name") == "__slice__" and isinstance(config, Mapping):
            parts = [config.get("start"), config.get("stop"), config.get("step")]
            if all(part is None or type(part) is int for part in parts):
                texts = ["" if part is None else str(part) for part in parts]
                return ":".join(texts if texts[2] else texts[:2])
    if isinstance(value, str):
        text = value.replace(" ", "")
        if text == "...":
            return text
        if _SLICE.fullmatch(text) and not any(part == "-" for part in text.split(":")):
            if text.count(":") == 2 and text.endswith(":"):
                text = text[:-1]
            if text.count(":") == 2 and int(text.rpartition(":")[2]) == 0:
                raise ValueError("a step of 0 goes nowhere")
            return text
    raise ValueError("expected a number, a slice such as `1:3` or `::2`, `...`, or null for a new axis")


def _read_key(value: object) -> object:
    if isinstance(value, list | tuple):
        items = tuple(map(read_item, value))
        if items.count("...") > 1:
            raise ValueError("`...` may stand there once")
        return items
    return read_item(value)


Key = Annotated[
    Item | tuple[Item, ...],
    BeforeValidator(_read_key),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"anyOf": [{"type": t} for t in ("integer", "string", "null")]}},
                {"type": "integer"},
                {"type": "string"},
                {"type": "null"},
            ]
        }
    ),
]


class Slicing(Movement):
    """Part of a tensor, as `x[:, 0]` or `x[:, 1:3]` in Python.

    `key` has one item for each axis, the batch first: a number picks one place and takes the axis away, a
    slice (`1:3`, `::2`, `-1:`, `:` for all) a part, null puts in an axis of size 1, `...` stands for all axes
    that are not named. `slice` takes the block of `shape` that begins at `start_indices`.
    """

    function: Literal["get_item", "slice"] = Field(
        default="get_item", description="`x[key]`, or `slice` of `keras.ops`."
    )
    key: Key = Field(
        default=(":", 0), description='Item for each axis, the batch first: `[":", 0]`, `[":", "1:3"]`.'
    )
    start_indices: Wholes = Field(default=(), description="`slice`: where the block begins, for each axis.")
    shape: Wholes = Field(default=(), description="`slice`: size of the block, for each axis; -1: the rest.")

    search_words: ClassVar[tuple[str, ...]] = ("ops", "slice", "index", "getitem", "crop", "[:, 0]", "切片")
    examples: ClassVar[tuple[Example, ...]] = (
        Example("First step", {"key": [":", 0]}, {"x": (TensorSpec((None, 6, 4)),)}),
        Example("Every second feature", {"key": ["...", "::2"]}, {"x": (TensorSpec((None, 6, 5)),)}),
        Example("Backwards", {"key": [":", "::-1"]}, {"x": (TensorSpec((None, 6)),)}),
        Example("A new axis", {"key": [":", None]}, {"x": (TensorSpec((None, 6)),)}),
    )

    @model_validator(mode="after")
    def _a_block(self) -> "Slicing":
        if self.function == "slice" and len(self.start_indices) != len(self.shape):
            raise ValueError("`start_indices` and `shape` need one number for each axis")
        if self.function == "slice" and any(size < -1 for size in self.shape):
            raise ValueError("`shape` holds sizes, or -1 for the rest")
        return self

    def items(self) -> tuple[Item, ...]:
        return self.key if isinstance(self.key, tuple) else (self.key,)

    def torch_call(self, inputs: Inputs) -> Call:
        module = "layerloom.layers.modules.operations.movement"
        if self.function == "slice":
            return Call(f"{module}.Block", {"start_indices": self.start_indices, "shape": self.shape})
        return Call(f"{module}.Slicing", {"key": self.items()})

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs, "x").without_mask()
        return {"output": self._block(spec) if self.function == "slice" else self._item(spec)}

    def _block(self, spec: TensorSpec) -> TensorSpec:
        if len(self.shape) != spec.rank:
            raise self._refused(spec, f"`shape` {list(self.shape)} has {len(self.shape)} sizes", "shape")
        sizes: list[int | None] = []
        for start, size, length in zip(self.start_indices, self.shape, spec.shape, strict=True):
            if size == -1:
                size = None if length is None else length - (start + length if start < 0 else start)  # type: ignore[assignment]
            if size is not None and (size < 0 or (length is not None and size > length)):
                raise self._refused(spec, f"a block of size {size} does not fit", "shape")
            sizes.append(size)
        return TensorSpec(tuple(sizes), spec.dtype, spec.axes)

    def _item(self, spec: TensorSpec) -> TensorSpec:
        items: Any = self.items()
        needed = sum(item is not None and item != "..." for item in items)
        if needed > spec.rank:
            raise self._refused(spec, f"`key` names {needed} axes", "key")
        if "..." not in items:
            items = (*items, "...")
        shape: list[int | None] = []
        names: list[str] = []
        axis = 0
        for item in items:
            if item == "...":
                more = spec.rank - needed
                shape += spec.shape[axis : axis + more]
                names += spec.axes[axis : axis + more]
                axis += more
            elif item is None:
                shape.append(1)
                names.append("new")
            else:
                length = spec.shape[axis]
                if isinstance(item, int):
                    if length is not None and not -length <= item < length:
                        raise self._refused(
                            spec, f"`key` picks place {item} of an axis of size {length}", "key"
                        )
                else:
                    parts = [int(part) if part else None for part in item.split(":")]
                    shape.append(None if length is None else len(range(*slice(*parts).indices(length))))
                    names.append(spec.axes[axis])
                axis += 1
        if 0 in shape:
            raise self._refused(spec, "nothing is left", "key")
        return TensorSpec(tuple(shape), spec.dtype, tuple(names) if len(set(names)) == len(names) else ())

    def _refused(self, spec: TensorSpec, why: str, field: str) -> Exception:
        return refuse(
            "shape.mismatch",
            f"got shape {spec}; {why}.",
            "Count axes from the batch, and places from 0; -1 is the last.",
            port="x",
            field=field,
        )
