"""A column of images or sounds while it is written: encoded as they came, each decoded once to be sure that it can
be.
"""

from pathlib import Path

import pyarrow as pa

from layerloom.data.column_files import BytesFile
from layerloom.data.dataset import Column
from layerloom.data.media import MediaKind, decode_sound, image_shape

_BATCH_BYTES = 16 * 1024 * 1024


class MediaColumn:
    """Takes encoded files one by one."""

    def __init__(self, path: Path, name: str, kind: MediaKind, most_pixels: int) -> None:
        self.name, self.kind, self.missing = name, kind, 0
        self._file = BytesFile(path, is_text=False)
        self._most_pixels = most_pixels
        self._waiting: list[bytes | None] = []
        self._bytes = 0
        self._shapes: set[tuple[int, ...]] = set()
        self._rates: set[int] = set()

    def append(self, content: bytes | None) -> None:
        """
        Raises:
            Undecodable: the content is no image or sound; None stands for a missing one.
        """
        if content is None:
            self.missing += 1
        elif self.kind == "image":
            self._shapes.add(image_shape(content, self._most_pixels))
        else:
            sound = decode_sound(content)
            self._shapes.add(sound.samples.shape)
            self._rates.add(sound.sample_rate)
        self._waiting.append(content)
        self._bytes += len(content or b"")
        if self._bytes > _BATCH_BYTES:
            self._write()

    def finish(self) -> Column:
        self._write()
        self._file.close()
        shape = next(iter(self._shapes)) if len(self._shapes) == 1 else ()
        dtype = "uint8" if self.kind == "image" else "float32"
        return Column(
            name=self.name, kind=self.kind, dtype=dtype, shape=shape, missing=self.missing, note=self._note()
        )

    def _note(self) -> str:
        notes = []
        if len(self._shapes) > 1:
            sizes = sorted(self._shapes)
            least = " × ".join(str(min(shape[axis] for shape in sizes)) for axis in range(len(sizes[0])))
            most = " × ".join(str(max(shape[axis] for shape in sizes)) for axis in range(len(sizes[0])))
            notes.append(f"Sizes differ, from {least} to {most}.")
        if self._rates:
            rates = " and ".join(f"{rate:,}" for rate in sorted(self._rates)[:4])
            notes.append(f"{rates} samples a second.")
        return " ".join(notes)

    def _write(self) -> None:
        if self._waiting:
            self._file.append(pa.array(self._waiting, pa.large_binary()))
        self._waiting, self._bytes = [], 0
