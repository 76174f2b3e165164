"""Encoded images as tensors."""

from typing import ClassVar, Literal

from pydantic import Field

from layerloom.data.encoders.base import Encoder


class Image(Encoder):
    """Images as `(height, width, channels)`, brought to one size, their values to one scale."""

    type_name: ClassVar[str] = "image"
    takes: ClassVar[tuple[str, ...]] = ("image",)

    height: int | None = Field(default=None, ge=1, le=8_192)
    """Rows of pixels; null: the Input's, or else the image's own."""
    width: int | None = Field(default=None, ge=1, le=8_192)
    """Columns of pixels; null: the Input's, or else the image's own."""
    channels: Literal[1, 3] | None = None
    """1 grey, 3 red, green and blue; null: the Input's, or else 3."""
    scale: Literal["0..1", "-1..1", "0..255"] = "0..1"
    """What black and white become."""
    resize: Literal["stretch", "fit", "crop"] = "stretch"
    """Another shape of image: pulled to fit, fitted in between black bars, or filling the size and cut."""
