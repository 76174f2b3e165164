"""The folder of a run, and the rows that a command is given for it: a data set by name, or a file."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layerloom.problems import Problem, ProblemError
from layerloom.settings import Settings


def artifacts_of(given: str, settings: Settings) -> Path:
    """Where a run's document and weights lie: the folder that `train --out` wrote, a run's folder or its artifacts,
    or the id of a run of this machine's server.

    Raises:
        ProblemError: `usage.no_run`.
    """
    runs = settings.data_dir / "runs"
    for folder in (Path(given), Path(given) / "artifacts", runs / given / "artifacts"):
        if (folder / "document.json").is_file() and (folder / "weights.safetensors").is_file():
            return folder
    raise ProblemError(
        Problem(
            code="usage.no_run",
            message=f"{given!r} is no folder of a run: there are no document.json and weights.safetensors in it.",
            hint="Name the folder that `layerloom train --out` wrote, or the id of a run that has ended.",
        )
    )


@contextmanager
def rows_for(data: str | None, settings: Settings) -> Iterator[tuple[Path, str | None]]:
    """The folder of data sets and the id of the chosen one, None for the run's own. A file is read for as long as the
    block lasts.

    Raises:
        ProblemError: `file.…`, what is wrong with the file.
    """
    folder = settings.data_dir / "datasets"
    if data is None or not Path(data).is_file():
        yield folder, data
        return
    from layerloom.data.formats.source import UploadLimits
    from layerloom.data.upload import import_file

    scratch = Path(tempfile.mkdtemp(prefix="layerloom-"))
    try:
        limits = UploadLimits(file_bytes=settings.upload_bytes, rows=settings.upload_rows)
        yield scratch, import_file(Path(data), data, scratch, limits).id
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
