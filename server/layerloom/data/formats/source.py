"""A file that somebody gave us, what it may not exceed, and how a refusal of it reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from layerloom.data.dataset import Column
from layerloom.problems import Problem, ProblemError

NAME_CHARACTERS = 200
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What an uploaded file may not exceed."""

    file_bytes: int = 4096 * _MEBIBYTE
    rows: int = 100_000_000
    columns: int = 4_096
    line_bytes: int = _MEBIBYTE
    unpacked_bytes: int = 8_192 * _MEBIBYTE
    """All that a compressed file or an archive holds; the process that reads may write no larger file."""
    expansion: int = 200
    """How many times larger than in the file a part may become; beyond 16 MiB, more is called a bomb."""
    members: int = 1_000_000
    member_bytes: int = 256 * _MEBIBYTE
    """One image or sound."""
    pixels: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """The file at `path`, which its owner calls `name`."""

    path: Path
    name: str
    limits: UploadLimits

    def refused(self, code: str, message: str, hint: str, column: str | None = None) -> ProblemError:
        return refused(code, self.name, message, hint, column)

    def check_rows(self, rows: int) -> None:
        if rows > self.limits.rows:
            raise self.refused(
                "file.too_many_rows",
                f"the file has more than {self.limits.rows:,} rows.",
                "Upload a part of it.",
            )

    def check_any(self, rows: int) -> None:
        if not rows:
            raise self.refused(
                "file.no_rows", "the file has no rows.", "At least one row of values is needed."
            )

    def check_unpacked(self, unpacked: int) -> None:
        """Bytes of all that was read so far."""
        if unpacked > self.limits.unpacked_bytes:
            raise self.refused(
                "file.bomb",
                f"unpacked it has more than {self.limits.unpacked_bytes // _MEBIBYTE:,} MiB.",
                "Upload a part of it.",
            )

    def broken(self, what: str, error: object) -> ProblemError:
        """It begins like `what` and goes on otherwise."""
        return self.refused(
            "file.broken",
            f"it begins like {what} and can't be read: {' '.join(str(error).split())[:200]}.",
            "Look whether the whole file was copied, and write it again.",
        )

    def check_names(self, names: Sequence[str]) -> None:
        """Of columns: few enough, short, each once."""
        if not names:
            raise self.refused("file.empty", "the file has no columns.", "Choose a file with a table in it.")
        if len(names) > self.limits.columns:
            raise self.refused(
                "file.too_many_columns",
                f"the file has {len(names):,} columns; at most {self.limits.columns:,} are taken.",
                "Leave out columns, or upload images and arrays in their own formats.",
            )
        seen: set[str] = set()
        for place, name in enumerate(names):
            if not name.strip() or len(name) > NAME_CHARACTERS:
                raise self.refused(
                    "file.column_name",
                    f"the name of column {place + 1} has {len(name)} characters; 1 to {NAME_CHARACTERS} are "
                    "expected.",
                    "Give it a short name.",
                )
            if name in seen:
                raise self.refused(
                    "file.duplicate_column",
                    f"two columns are both named `{name}`.",
                    "Give each column a name of its own.",
                    column=name,
                )
            seen.add(name)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a format has read: columns whose files lie in the folder. `notes` are sentences for its description."""

    rows: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = field(default=())
    suffix: str = ""
    """For the original that is kept: `.csv`."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. `recognises` gets the first 4096 bytes and the path; `read` writes a file for each column
    into a folder, named by `stem`.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes, Path], bool]
    read: Callable[[Source, Path], Contents]


def stem(place: int) -> str:
    """The name, without its ending, of the file of the column at this place."""
    return f"{place:04d}"


def refused(code: str, name: str, message: str, hint: str, column: str | None = None) -> ProblemError:
    return ProblemError(Problem(code=code, message=f"`{name}`: {message}", hint=hint, field=column))
