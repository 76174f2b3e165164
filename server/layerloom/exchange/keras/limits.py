"""What a file that is imported may not exceed. Every one has a setting: `import_` before the name."""

from dataclasses import dataclass
from typing import Final

from layerloom.problems import Problem, ProblemError

_MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The limits that `archive` and `hdf5` keep; each is checked before the memory or the disk is used."""

    bytes: int = 1024 * _MEBIBYTE
    """Of the file itself, as uploaded."""
    unpacked_bytes: int = 2048 * _MEBIBYTE
    """Of all parts of an archive, and of all weights, once unpacked."""
    config_bytes: int = 32 * _MEBIBYTE
    """Of the JSON that describes the model."""
    expansion: int = 100
    """How many times larger a part may be than what stands for it in the file."""
    members: int = 1000
    """Files in an archive."""
    objects: int = 100_000
    """Groups and data sets in an HDF5 file."""
    depth: int = 64
    """How deep groups may be nested in groups, and objects of the JSON in objects."""


SMALL: Final = 16 * _MEBIBYTE
"""A part of at most this size is never called a bomb, however small it was packed."""


def refused(code: str, message: str, hint: str = "", *, field: str | None = "file") -> ProblemError:
    """`raise refused("archive.bomb", …)`: the file is not read at all."""
    return ProblemError(Problem(code=code, message=message, hint=hint, field=field))


RAISE: Final = "If you trust the file, raise `LAYERLOOM_IMPORT_{}`."
SAVE_AGAIN: Final = "Save the model again with Keras' `model.save`, and import that file."
