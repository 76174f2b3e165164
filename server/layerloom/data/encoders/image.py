"""Encoded images as tensors."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from layerloom.data.dataset import Column
from layerloom.data.encoders.base import Chunks, Encoder, Fitted
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Scale = Literal["0..1", "-1..1", "0..255"]
Resize = Literal["stretch", "fit", "crop"]
FACTORS: dict[str, tuple[float, float]] = {
    "0..1": (1 / 255, 0.0), "-1..1": (1 / 127.5, -1.0), "0..255": (1.0, 0.0),
}  # fmt: skip
"""What a byte is multiplied by, and what is added then."""


_FEW = 32
"""More images than that are decoded by all cores."""


class Pixels(Fitted):
    """One size and one scale for all images."""

    height: int = 1
    width: int = 1
    channels: int = 3
    scale: Scale = "0..1"
    resize: Resize = "stretch"

    def encode(self, values: Array, first: int = 0) -> Array:
        """float32 `(rows, height, width, channels)`."""
        factor, offset = FACTORS[self.scale]
        return scaled(self.as_bytes(values, first), factor, offset)

    def as_bytes(self, values: Array, first: int = 0) -> Array:
        """uint8 `(rows, height, width, channels)`, not scaled yet: a quarter of the memory.

        Raises:
            ProblemError: `image.broken`, `column.missing_values`.
        """
        decoded = np.empty((len(values), self.height, self.width, self.channels), np.uint8)
        rows = range(first, first + len(values))
        if len(values) <= _FEW:
            for row, value in zip(rows, values, strict=True):
                decoded[row - first] = self._decoded(value, row)
            return decoded
        with ThreadPoolExecutor() as pool:  # decoding lets other threads run
            for row, pixels in zip(rows, pool.map(self._decoded, values, rows), strict=True):
                decoded[row - first] = pixels
        return decoded

    def _decoded(self, value: object, row: int) -> Array:
        from PIL import Image as pillow  # noqa: N813  only where images are read
        from PIL import ImageOps

        if value is None:
            raise self.problem("column.missing_values", row, "has no image", "Leave that row out.")
        if not isinstance(value, bytes | bytearray | memoryview):
            raise self.problem("image.broken", row, "has no image", "Give the bytes of a PNG or JPEG file.")
        size = (self.width, self.height)
        try:
            with pillow.open(io.BytesIO(value)) as opened:
                picture: Picture = opened.convert("L" if self.channels == 1 else "RGB")
            if picture.size != size:
                match self.resize:
                    case "stretch":
                        picture = picture.resize(size, pillow.Resampling.BILINEAR)
                    case "fit":
                        picture = ImageOps.pad(picture, size, pillow.Resampling.BILINEAR)
                    case "crop":
                        picture = ImageOps.fit(picture, size, pillow.Resampling.BILINEAR)
        except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
            said = str(error).split("(")[0].strip()[:80] or type(error).__name__
            raise self.problem(
                "image.broken",
                row,
                f"has an image that can't be decoded ({said})",
                "Save it anew as PNG or JPEG.",
            ) from None
        return np.asarray(picture, np.uint8).reshape(self.height, self.width, self.channels)


class Image(Encoder):
    """Images as `(height, width, channels)`, brought to one size, their values to one scale."""

    type_name: ClassVar[str] = "image"
    takes: ClassVar[tuple[str, ...]] = ("image",)
    fitted: ClassVar[type[Fitted]] = Pixels

    height: int | None = Field(default=None, ge=1, le=8_192)
    """Rows of pixels; null: the Input's, or else the image's own."""
    width: int | None = Field(default=None, ge=1, le=8_192)
    """Columns of pixels; null: the Input's, or else the image's own."""
    channels: Literal[1, 3] | None = None
    """1 grey, 3 red, green and blue; null: the Input's, or else 3."""
    scale: Scale = "0..1"
    """What black and white become."""
    resize: Resize = "stretch"
    """Another shape of image: pulled to fit, fitted in between black bars, or filling the size and cut."""

    @property
    def gives_fractions(self) -> bool:
        return self.scale != "0..255"

    def row_shape(self, column: Column, end: End) -> Sizes:
        wanted = end.wanted if len(end.wanted) == 3 else (None, None, None)
        own = column.shape if len(column.shape) == 3 else (None, None, None)
        channels = wanted[2] if wanted[2] in (1, 3) else None
        return (
            self.height or wanted[0] or own[0],
            self.width or wanted[1] or own[1],
            self.channels or channels or 3,
        )

    def fit(self, column: Column, chunks: Chunks, end: End) -> Fitted:
        height, width, channels = self.row_shape(column, end)
        if height is None or width is None:
            own = _size_of_first(chunks)
            height, width = height or own[0], width or own[1]
        return Pixels(
            column=column.name, kind=column.kind, form=self.type_name, height=height, width=width,
            channels=channels or 3, scale=self.scale, resize=self.resize,
        )  # fmt: skip


def scaled(pixels: Array, factor: float, offset: float) -> Array:
    """float32: `pixels * factor + offset`."""
    floats = pixels.astype(np.float32)
    floats *= np.float32(factor)
    floats += np.float32(offset)
    return floats


def _size_of_first(chunks: Chunks) -> tuple[int, int]:
    """Height and width of the first image that can be read."""
    from PIL import Image as pillow  # noqa: N813  only where images are read

    for chunk in chunks:
        for value in chunk:
            try:
                with pillow.open(io.BytesIO(value)) as picture:
                    return picture.height, picture.width
            except (OSError, ValueError, TypeError, SyntaxError, pillow.DecompressionBombError):
                continue
    return 1, 1
