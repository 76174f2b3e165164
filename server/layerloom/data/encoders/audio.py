"""Encoded sound as tensors."""

import io
import wave
from typing import ClassVar

import numpy as np
from pydantic import Field

from layerloom.data.dataset import Column
from layerloom.data.encoders.base import Chunks, Encoder, Fitted
from layerloom.data.end import End, Sizes
from layerloom.data.table import Array


class Sound(Fitted):
    """One length and one rate for all."""

    length: int = 1
    sample_rate: int | None = None

    def encode(self, values: Array, first: int = 0) -> Array:
        """float32 `(rows, length, 1)`."""
        encoded = np.zeros((len(values), self.length, 1), np.float32)
        for row, value in enumerate(values):
            samples = self._decoded(value, first + row)[: self.length]
            encoded[row, : len(samples), 0] = samples
        return encoded

    def _decoded(self, value: object, row: int) -> Array:
        if value is None:
            raise self.problem("column.missing_values", row, "has no sound", "Leave that row out.")
        if not isinstance(value, bytes | bytearray | memoryview):
            raise self.problem("audio.broken", row, "has no sound", "Give the bytes of a WAV file.")
        try:
            return decoded(bytes(value), self.sample_rate)
        except (wave.Error, EOFError, ValueError) as error:
            said = str(error)[:80] or "it ends too early"
            raise self.problem(
                "audio.broken",
                row,
                f"has a sound that can't be decoded ({said})",
                "Save it anew as WAV, PCM.",
            ) from None


class Audio(Encoder):
    """Sound as `(length, 1)`: one channel, -1 to 1, cut or filled up with silence to one length."""

    type_name: ClassVar[str] = "audio"
    takes: ClassVar[tuple[str, ...]] = ("audio",)
    fitted: ClassVar[type[Fitted]] = Sound

    length: int | None = Field(default=None, ge=1, le=100_000_000)
    """Samples in a row; null: the Input's, or else the longest of the training rows."""
    sample_rate: int | None = Field(default=None, ge=100, le=768_000)
    """Samples in a second that all are brought to; null: as they are."""

    @property
    def gives_fractions(self) -> bool:
        return True

    def row_shape(self, column: Column, end: End) -> Sizes:
        wanted = end.wanted[0] if len(end.wanted) == 2 else None
        return (self.length or wanted, 1)

    def fit(self, column: Column, chunks: Chunks, end: End) -> Fitted:
        length = self.row_shape(column, end)[0]
        if length is None:
            length = max((_length(value, self.sample_rate) for chunk in chunks for value in chunk), default=1)
        return Sound(
            column=column.name,
            kind=column.kind,
            form=self.type_name,
            length=max(1, length),
            sample_rate=self.sample_rate,
        )


def decoded(encoded: bytes, sample_rate: int | None) -> Array:
    """float32 `(samples,)`, -1 to 1: the mean of the channels, brought to the rate by linear interpolation.

    Raises:
        wave.Error, EOFError, ValueError: it is no WAV file of whole numbers (PCM), or it is cut.
    """
    with wave.open(io.BytesIO(encoded)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        raw = np.frombuffer(file.readframes(file.getnframes()), np.uint8)
    samples = _numbers(raw, width).reshape(-1, channels).mean(axis=1)
    if sample_rate is not None and sample_rate != rate and len(samples):
        count = max(1, round(len(samples) * sample_rate / rate))
        samples = np.interp(np.arange(count) * (rate / sample_rate), np.arange(len(samples)), samples)
    return np.asarray(samples, np.float32)


def _numbers(raw: Array, width: int) -> Array:
    """Samples of 1 to 4 bytes, little endian; those of one byte are unsigned."""
    if width == 1:
        return (raw.astype(np.float64) - 128) / 128
    padded = np.zeros((len(raw) // width, 4), np.uint8)
    padded[:, 4 - width :] = raw[: len(padded) * width].reshape(-1, width)
    numbers: Array = padded.reshape(-1).view("<i4") / 2.0**31
    return numbers


def _length(value: object, sample_rate: int | None) -> int:
    """Samples after resampling; 0 where it can't be read."""
    if not isinstance(value, bytes | bytearray | memoryview):
        return 0
    try:
        with wave.open(io.BytesIO(value)) as file:
            frames, rate = file.getnframes(), file.getframerate()
    except (wave.Error, EOFError):
        return 0
    return int(frames if sample_rate is None else round(frames * sample_rate / rate))
