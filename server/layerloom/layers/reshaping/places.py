"""What the layers share that change the size of a sequence, a picture or a volume: cropping, padding, enlarging."""

from typing import Any, ClassVar

from layerloom.layers.base import Category, Inputs, KerasLayer, Outputs, expect_rank, one, refuse
from layerloom.layers.calls import Call
from layerloom.tensors import TensorSpec

_HINTS = {
    1: "Add Reshape to make it a sequence.",
    2: "Add Reshape: a grey picture has one channel.",
    3: "Add Reshape: a volume of single numbers has one channel.",
}


class PlacesLayer(KerasLayer):
    """Changes the sizes of the axes between batch and channels."""

    category: ClassVar[Category] = "reshaping"
    places: ClassVar[tuple[str, ...]]

    @property
    def is_channels_first(self) -> bool:
        return getattr(self, "data_format", None) == "channels_first"

    def infer(self, inputs: Inputs) -> Outputs:
        spec = one(inputs)
        channels = "channels" if len(self.places) > 1 else "features"
        wanted = (channels, *self.places) if self.is_channels_first else (*self.places, channels)
        expect_rank(spec, len(wanted) + 1, f"(batch, {', '.join(wanted)})", _HINTS[len(self.places)])
        first = 2 if self.is_channels_first else 1
        shape = list(spec.shape)
        for place in range(len(self.places)):
            size = shape[first + place]
            shape[first + place] = None if size is None else self._size(place, size, spec)
        return {"output": TensorSpec(tuple(shape), spec.dtype, ("batch", *wanted))}

    def _size(self, place: int, size: int, spec: TensorSpec) -> int:
        """The size of that place after the call."""
        raise NotImplementedError(type(self).__name__)

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        return 0

    def _call(self, name: str, **arguments: Any) -> Call:
        if self.is_channels_first:
            arguments["channels_first"] = True
        return Call(f"layerloom.layers.modules.{name}", arguments)


class CroppingLayer(PlacesLayer):
    """Cuts cells away at the ends of each axis."""

    cropping: Any

    def _size(self, place: int, size: int, spec: TensorSpec) -> int:
        rest = size - sum(self._ends()[place])
        if rest < 1:
            raise refuse(
                "shape.mismatch",
                f"got shape {spec}; `cropping` {[list(each) for each in self._ends()]} leaves nothing of its "
                f"axis `{self.places[place]}`.",
                "Make `cropping` smaller.",
                field="cropping",
            )
        return rest

    def torch_call(self, inputs: Inputs) -> Call:
        return self._call("reshaping.Cropping", cropping=self._ends())

    def _ends(self) -> tuple[tuple[int, int], ...]:
        return self.cropping if len(self.places) > 1 else (self.cropping,)


class ZeroPaddingLayer(PlacesLayer):
    """Adds cells of zeros at the ends of each axis."""

    padding: Any

    def _size(self, place: int, size: int, spec: TensorSpec) -> int:
        return size + sum(self._ends()[place])

    def torch_call(self, inputs: Inputs) -> Call:
        return self._call("reshaping.ZeroPadding", padding=self._ends())

    def _ends(self) -> tuple[tuple[int, int], ...]:
        return self.padding if len(self.places) > 1 else (self.padding,)


class UpSamplingLayer(PlacesLayer):
    """Makes several cells of each."""

    size: Any

    def _size(self, place: int, size: int, spec: TensorSpec) -> int:
        return size * int(self._factors()[place])

    def torch_call(self, inputs: Inputs) -> Call:
        return self._call("resizing.UpSampling", size=self._factors())

    def _factors(self) -> tuple[int, ...]:
        return self.size if len(self.places) > 1 else (self.size,)
