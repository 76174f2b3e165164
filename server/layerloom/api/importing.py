"""`POST /api/datasets`: a file, in a form or uploaded in parts before, becomes a data set.

Workers with limits read the file, one at a time; this process only receives and hashes it.
"""

import asyncio
import errno
import hashlib
import secrets
from collections.abc import Coroutine
from pathlib import Path
from typing import BinaryIO

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import one_file, read_model
from layerloom.api.contract import Body, says
from layerloom.api.errors import JSON
from layerloom.api.reading import import_dataset, remove_files
from layerloom.api.services import Services, Use
from layerloom.api.uploads import whole_upload
from layerloom.data.dataset import Dataset
from layerloom.data.datasets import find, id_of, remove_unfinished, uploaded
from layerloom.problems import Problem, ProblemError
from layerloom.store.incoming import disk_full

router = APIRouter(prefix="/datasets", tags=["data"])

READ_SECONDS = 3600
_LOOKED_SECONDS = 0.25
"""How often it is looked whether somebody still waits."""
READ_MEMORY = 16 * 1024**3
"""Of addresses, for files are mapped; what really lies in memory is a small part of it."""


class DatasetBody(Body):
    """A file that was uploaded by `/api/uploads`."""

    upload: str = Field(max_length=100, description="Its id.")
    name: str | None = Field(
        default=None, max_length=200, description="By default the name that was announced."
    )


@router.post(
    "",
    **says(
        body=DatasetBody,
        answer=Dataset,
        status=201,
        multipart={
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {
                    "type": "string",
                    "format": "binary",
                    "description": "CSV, TSV, Parquet, Arrow, NPY, NPZ, JSON lines, or a ZIP of images or sounds.",
                },
                "name": {"type": "string", "maxLength": 200, "description": "By default the file's name."},
            },
        },
    ),
)
async def upload_dataset(request: Request, services: Use) -> Response:
    """Makes a data set of a file: kinds of columns, classes, missing values are found while it is read. A file that is
    here already answers with 200 and its set.
    """
    if request.headers.get("content-type", "").lower().startswith("application/json"):
        body = await read_model(request, services.limits, DatasetBody)
        dataset, is_new = await _unless_left(request, _from_upload(body, services))
    else:
        dataset, is_new = await _from_form(request, services)
    return JSON(
        dataset.model_dump(mode="json"),
        status_code=201 if is_new else 200,
        headers={"Location": f"/api/datasets/{dataset.id}"},
    )


async def adopt(services: Services) -> None:
    """Takes sets into the store that `layerloom data add` has put into the folder."""
    for dataset_id in await asyncio.to_thread(uploaded, services.datasets_dir):
        if await asyncio.to_thread(services.store.datasets.find, dataset_id) is None:
            dataset = await asyncio.to_thread(find, dataset_id, services.datasets_dir)
            if dataset is not None:
                await _add(services, dataset)


async def _unless_left(
    request: Request, work: Coroutine[None, None, tuple[Dataset, bool]]
) -> tuple[Dataset, bool]:
    """What the work gives; it ends, and leaves nothing, where whoever waits for it goes away."""
    task = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            problem = Problem(
                code="upload.cancelled",
                message="The connection was closed while the file was read.",
                hint="Ask for the data set again; an upload in parts is still here.",
            )
            raise ProblemError(problem) from None
    finally:
        task.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while not await request.is_disconnected():
        await asyncio.sleep(_LOOKED_SECONDS)


async def _from_form(request: Request, services: Services) -> tuple[Dataset, bool]:
    try:
        return await _from_received_form(request, services)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise disk_full("the uploaded file") from None


async def _from_received_form(request: Request, services: Services) -> tuple[Dataset, bool]:
    async with one_file(request) as upload:
        name = shown_name(upload.fields.get("name") or upload.file.filename or "")
        path = services.incoming.folder / f"{secrets.token_hex(16)}.part"
        try:
            sha256 = await asyncio.to_thread(_copy, upload.file.file, path)
            return await _unless_left(request, _import(services, path, name, sha256))
        finally:
            path.unlink(missing_ok=True)


async def _from_upload(body: DatasetBody, services: Services) -> tuple[Dataset, bool]:
    """The upload is gone once it is a data set, and where the file is refused; not where only the store failed."""
    with services.arriving(body.upload):
        arriving, sha256 = await whole_upload(services, body.upload)
        try:
            done = await _import(services, arriving.path, shown_name(body.name or arriving.name), sha256)
        except ProblemError as error:
            if not error.problems[0].code.startswith(("store.", "server.", "run.")):
                await asyncio.to_thread(services.incoming.remove, body.upload)
            raise
        await asyncio.to_thread(services.incoming.remove, body.upload)
        return done


async def _import(services: Services, path: Path, name: str, sha256: str) -> tuple[Dataset, bool]:
    """The data set of a file in the data folder, and whether it is new.

    Raises:
        ProblemError: what is wrong with the file, or `store.full`.
    """
    async with services.imports:
        known = await asyncio.to_thread(services.store.datasets.find, id_of(sha256))
        if known is not None:
            return Dataset.model_validate(known.record), False
        try:
            dataset = await services.supervisor.call(
                import_dataset,
                path,
                name,
                services.datasets_dir,
                services.settings.upload_bytes,
                services.settings.upload_rows,
                sha256,
                timeout=READ_SECONDS,
                memory=READ_MEMORY,
            )
        except BaseException:  # it may have been ended in the middle
            await asyncio.shield(asyncio.to_thread(remove_unfinished, id_of(sha256), services.datasets_dir))
            raise
        try:
            await _add(services, dataset)
        except ProblemError:
            await services.supervisor.call(remove_files, dataset.id, services.datasets_dir)
            raise
        return dataset, True


async def _add(services: Services, dataset: Dataset) -> None:
    record = dataset.model_dump(mode="json")
    add = services.store.datasets.add
    await asyncio.to_thread(add, dataset.id, dataset.name, record, dataset.size_bytes)


def shown_name(text: str) -> str:
    """What the owner calls the file, without what cannot be shown."""
    return "".join(character for character in text if character.isprintable()).strip()[:200] or "file.csv"


def _copy(source: BinaryIO, path: Path) -> str:
    """Gives the SHA-256 of what was copied."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as target:
        while block := source.read(1024 * 1024):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()
