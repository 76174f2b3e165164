"""Files into data sets: all of it or nothing, the original kept untouched beside the columns."""

import errno
import hashlib
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from layerloom.data.dataset import Dataset
from layerloom.data.datasets import find, id_of
from layerloom.data.formats import formats, recognise
from layerloom.data.formats.source import Contents, Format, Source, UploadLimits
from layerloom.data.stored import ORIGINAL_FILE, columns_folder, remove, staged, sweep, write
from layerloom.problems import Problem, ProblemError

_OPEN_FILES = 8192


def import_file(
    path: Path,
    name: str,
    folder: Path,
    limits: UploadLimits | None = None,
    sha256: str | None = None,
    *,
    may_move: bool = False,
) -> Dataset:
    """Imports the file at `path`, which its owner calls `name`, into a new folder below `folder`. What was imported
    before is not imported again: the set of the same content is given.

    `sha256`: of the file, where it is known. `may_move`: the file becomes the original that is kept.

    Raises:
        ProblemError: `file.…` with the file's name, and row and column where there is one, or `store.full`; then
            nothing is left behind.
    """
    shown = Path(name.replace("\\", "/")).name[:200] or "file.csv"
    digest = sha256 or sha256_of(path)
    dataset_id = id_of(digest)
    known = find(dataset_id, folder)
    if known is not None:
        return known
    source = Source(path, shown, limits or UploadLimits())
    _allow_many_files()
    try:
        with staged(folder, dataset_id) as stage:
            columns = columns_folder(stage)
            columns.mkdir(mode=0o700)
            form = recognise(path)
            contents = form.read(source, columns)
            original = stage / f"{ORIGINAL_FILE}{contents.suffix}"
            if may_move:
                _move(path, original)
            else:
                shutil.copyfile(path, original)
            return write(stage, _described(dataset_id, shown, digest, form, contents))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise disk_full(shown) from None


def _allow_many_files() -> None:
    """A file for each column is open at one time; many systems allow 1,024 unless they are asked."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def disk_full(name: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="store.full",
            message=f"`{name}`: the disk that holds the data folder is full; nothing of the file was kept.",
            hint="Make room on the disk, or delete data sets, and upload the file again.",
        )
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _described(dataset_id: str, name: str, sha256: str, form: Format, contents: Contents) -> Dataset:
    notes = [
        *contents.notes,
        *(f"Column `{column.name}`: {column.note}" for column in contents.columns if column.note),
    ]
    stem, _, suffix = name.rpartition(".")
    known = {ending for each in formats() for ending in each.suffixes}
    return Dataset(
        id=dataset_id,
        name=stem if stem and f".{suffix.lower()}" in known else name,
        kind="uploaded",
        description=" ".join([f"From {name}.", *notes[:10]]),
        rows=contents.rows,
        columns=contents.columns,
        created=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        sha256=sha256,
        format=form.id,
    )


def _move(path: Path, target: Path) -> None:
    """A link where both lie on one disk, so that the caller may still remove its name of the file."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


__all__ = [
    "UploadLimits", "disk_full", "import_file", "remove", "sha256_of", "sweep",
]  # fmt: skip
