"""`/api/datasets`: the sets that come with the program, and CSV files that were uploaded.

Rows are read in worker processes with limits, never here.
"""

import asyncio
import hashlib
import secrets
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import one_file
from layerloom.api.contract import Answer, says
from layerloom.api.errors import JSON
from layerloom.api.paging import CursorQuery, LimitQuery
from layerloom.api.reading import first_rows, import_dataset, remove_files
from layerloom.api.services import Services, Use
from layerloom.data.dataset import Dataset
from layerloom.data.datasets import built_in, id_of, is_built_in
from layerloom.data.preview import Preview
from layerloom.problems import Problem, ProblemError

router = APIRouter(prefix="/datasets", tags=["data"])

DatasetId = Annotated[str, PathParameter(max_length=100)]
READ_SECONDS = 3600
READ_MEMORY = 16 * 1024**3
"""Of addresses, for files are mapped; what really lies in memory is a small part of it."""
PREVIEW_SECONDS = 60


class DatasetPage(Answer):
    """Those that come with the program, then the uploads, the newest first."""

    items: list[Dataset]
    next: str | None


@router.get("", **says(answer=DatasetPage))
async def list_datasets(services: Use, limit: LimitQuery = 50, cursor: CursorQuery = None) -> Response:
    """All data sets. Those that come with the program are on the first page, beyond `limit`."""
    first = [] if cursor is not None else [_json(item) for item in built_in()]
    page = await asyncio.to_thread(services.store.datasets.list, limit, cursor)
    return JSON({"items": [*first, *(item.record for item in page.items)], "next": page.next})


@router.post(
    "",
    **says(
        answer=Dataset,
        status=201,
        multipart={
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "string", "format": "binary", "description": "A CSV file, UTF-8."},
                "name": {"type": "string", "maxLength": 200, "description": "By default the file's name."},
            },
        },
    ),
)
async def upload_dataset(request: Request, services: Use) -> Response:
    """Reads an uploaded file: kinds of columns, classes, missing values. A file that is here already answers with 200
    and its set.
    """
    async with one_file(request) as upload:
        name = _name(upload.fields.get("name") or upload.file.filename or "")
        path = services.settings.data_dir / "uploads" / f"{secrets.token_hex(16)}.part"
        try:
            sha256 = await asyncio.to_thread(_copy, upload.file.file, path)
            dataset, is_new = await import_file(services, path, name, sha256)
        finally:
            path.unlink(missing_ok=True)
    headers = {"Location": f"/api/datasets/{dataset.id}"}
    return JSON(_json(dataset), status_code=201 if is_new else 200, headers=headers)


async def import_file(services: Services, path: Path, name: str, sha256: str) -> tuple[Dataset, bool]:
    """The data set of a file in the data folder, and whether it is new.

    Raises:
        ProblemError: what is wrong with the file, or `store.full`.
    """
    known = await asyncio.to_thread(services.store.datasets.find, id_of(sha256))
    if known is not None:
        return Dataset.model_validate(known.record), False
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
    add = services.store.datasets.add
    try:
        await asyncio.to_thread(add, dataset.id, dataset.name, _json(dataset), dataset.size_bytes)
    except ProblemError:
        await services.supervisor.call(remove_files, dataset.id, services.datasets_dir)
        raise
    return dataset, True


@router.get("/{dataset_id}", **says(answer=Dataset))
async def show_dataset(services: Use, dataset_id: DatasetId) -> Response:
    """One data set: its columns with kinds, shapes, classes."""
    return JSON(_json(await find_dataset(services, dataset_id)))


@router.delete("/{dataset_id}", **says(status=204, text="Gone."))
async def delete_dataset(services: Use, dataset_id: DatasetId) -> Response:
    """Deletes an upload; runs that are already training keep what they read."""
    if is_built_in(dataset_id):
        raise ProblemError(
            Problem(
                code="dataset.built_in",
                message=f"`{dataset_id}` comes with the program and cannot be deleted.",
                hint="Only uploaded data sets can.",
            )
        )
    await asyncio.to_thread(services.store.datasets.delete, dataset_id)
    await services.supervisor.call(remove_files, dataset_id, services.datasets_dir)
    return Response(status_code=204)


@router.get("/{dataset_id}/preview", **says(answer=Preview))
async def preview_dataset(
    services: Use,
    dataset_id: DatasetId,
    limit: Annotated[int, Query(ge=1, le=200, description="Most rows.")] = 20,
) -> Response:
    """The first rows of a data set."""
    dataset = await find_dataset(services, dataset_id)
    shown = await services.supervisor.call(
        first_rows, dataset, services.datasets_dir, limit, timeout=PREVIEW_SECONDS
    )
    return JSON(_json(shown))


async def find_dataset(services: Services, dataset_id: str) -> Dataset:
    """
    Raises:
        ProblemError: `dataset.unknown`.
    """
    known = next((item for item in built_in() if item.id == dataset_id), None)
    if known is not None:
        return known
    stored = await asyncio.to_thread(services.store.datasets.get, dataset_id)
    return Dataset.model_validate(stored.record)


def _json(model: BaseModel) -> dict[str, Any]:  # Any: JSON
    return model.model_dump(mode="json")


def _name(text: str) -> str:
    """What the owner calls the file, without what cannot be shown."""
    return "".join(character for character in text if character.isprintable()).strip()[:200] or "table.csv"


def _copy(source: BinaryIO, path: Path) -> str:
    """Gives the SHA-256 of what was copied."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as target:
        while block := source.read(1024 * 1024):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()
