"""Images and sounds as encoded files: what is in them, whether they can be decoded, and how a browser gets them."""

import io
import wave
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageOps

from layerloom.data.table import Array

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
SOUND_SUFFIXES = (".wav",)
MediaKind = Literal["image", "audio"]
_IMAGE_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
_CHANNELS = {"1": 1, "L": 1, "I": 1, "I;16": 1, "F": 1, "LA": 2, "RGBA": 4, "CMYK": 4}


class Undecodable(Exception):
    """Why a file is no image or sound, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Sound:
    """`samples`: `(samples, channels)`, float32 in -1..1."""

    samples: Array
    sample_rate: int


def kind_of(content: bytes) -> MediaKind | None:
    """By the first bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio"
    starts = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"P5", b"P6")
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return "image" if is_webp or content.startswith(starts) else None


def decode_image(content: bytes, most_pixels: int = 50_000_000) -> Image.Image:
    """The whole picture, turned as its camera was held.

    Raises:
        Undecodable: it is none, it is cut off, or it has too many pixels.
    """
    try:
        image = Image.open(io.BytesIO(content), formats=_IMAGE_FORMATS)
        width, height = image.size
        if width * height > most_pixels:
            raise Undecodable(f"has {width} × {height} pixels; at most {most_pixels:,} are taken")
        image.load()
        return ImageOps.exif_transpose(image)
    except Undecodable:
        raise
    except Exception as error:  # Pillow's plugins raise whatever they stumble over
        text = " ".join(str(error).split())
        shown = "" if not text or "cannot identify" in text else f" ({text[:100]})"
        raise Undecodable(f"is no image that can be decoded{shown}") from None


def image_shape(content: bytes, most_pixels: int) -> tuple[int, int, int]:
    """`(height, width, channels)`. Decodes all of it, so that a picture that is cut off is found now.

    Raises:
        Undecodable: as `decode_image`.
    """
    image = decode_image(content, most_pixels)
    return image.height, image.width, _CHANNELS.get(image.mode, 3)


def decode_sound(content: bytes) -> Sound:
    """
    Raises:
        Undecodable: it is no WAV file of whole numbers, or it is cut off.
    """
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            announced = file.getnframes()
            raw = file.readframes(announced)
    except (wave.Error, EOFError, ValueError) as error:
        raise Undecodable(f"is no WAV file of 8, 16, 24 or 32 bits ({error or 'it ends too soon'})") from None
    frames = len(raw) // max(1, channels * width)
    if frames < announced or not announced:
        raise Undecodable(f"has {frames:,} of {announced:,} samples; it is cut off or empty")
    return Sound(_numbers(raw[: frames * channels * width], width).reshape(frames, channels), rate)


def _numbers(raw: bytes, width: int) -> Array:
    """float32 in -1..1."""
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128
    if width == 3:
        thirds = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(thirds), 4), np.uint8)
        wide[:, 1:] = thirds
        return (wide.view("<i4")[:, 0] / 2**31).astype(np.float32)
    dtype: Any = "<i2" if width == 2 else "<i4"  # Any: NumPy's names of types
    return (np.frombuffer(raw, dtype) / 2.0 ** (8 * width - 1)).astype(np.float32)


def as_png(content: bytes) -> bytes:
    """For a browser, whatever format the image has."""
    if content.startswith(b"\x89PNG"):
        return content
    image = decode_image(content)
    if image.mode not in ("1", "L", "LA", "RGB", "RGBA", "P", "I;16"):
        image = image.convert("RGB")
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
