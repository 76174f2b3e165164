"""Encoded sound as tensors."""

from typing import ClassVar

from pydantic import Field

from layerloom.data.encoders.base import Encoder


class Audio(Encoder):
    """Sound as `(length, 1)`: one channel, -1 to 1, cut or filled up with silence to one length."""

    type_name: ClassVar[str] = "audio"
    takes: ClassVar[tuple[str, ...]] = ("audio",)

    length: int | None = Field(default=None, ge=1, le=100_000_000)
    """Samples in a row; null: the Input's, or else the longest of the training rows."""
    sample_rate: int | None = Field(default=None, ge=100, le=768_000)
    """Samples in a second that all are brought to; null: as they are."""
