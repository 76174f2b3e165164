"""A file of rows comes in, a file of predictions goes out; both lie on the disk, and only while they are needed."""

import asyncio
import errno
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from layerloom.api.bodies import one_file
from layerloom.api.reading import predict_file
from layerloom.api.services import Services
from layerloom.store.incoming import disk_full

FILE_SECONDS = 3600
FILE_MEMORY = 16 * 1024**3
"""Of addresses, for files are mapped."""


async def predict_for_file(request: Request, services: Services, run_id: str, artifacts: Path) -> Response:
    """CSV as an attachment, or JSON where `Accept` names it.

    Raises:
        ProblemError: `file.…` and what does not fit the run's columns, with row and column.
    """
    as_json = "application/json" in request.headers.get("accept", "")
    # Named as what an import works in, so that the next start removes it where this server is killed.
    scratch = services.datasets_dir / f".prediction-{secrets.token_hex(16)}.part"
    await asyncio.to_thread(scratch.mkdir, mode=0o700, parents=True)
    try:
        async with one_file(request) as upload:
            name = "".join(each for each in upload.file.filename or "" if each.isprintable())[:200]
            try:
                await asyncio.to_thread(_copy, upload.file.file, scratch / "given")
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                raise disk_full(name or "table.csv") from None
        target = scratch / "predicted"
        await services.supervisor.call(
            predict_file,
            artifacts,
            scratch / "given",
            name or "table.csv",
            scratch,
            target,
            "json" if as_json else "csv",
            services.settings.upload_bytes,
            services.settings.upload_rows,
            timeout=FILE_SECONDS,
            memory=FILE_MEMORY,
        )
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    clean = BackgroundTask(shutil.rmtree, scratch, ignore_errors=True)
    if as_json:
        return FileResponse(target, media_type="application/json", background=clean)
    return FileResponse(target, filename=f"predicted-{run_id}.csv", media_type="text/csv", background=clean)


def _copy(source: BinaryIO, path: Path) -> None:
    with path.open("xb") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)
