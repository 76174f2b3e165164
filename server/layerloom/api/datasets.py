"""`/api/datasets`: the sets that come with the program, and files that were uploaded (see `importing`).

Rows are read in worker processes with limits, never here.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from pydantic import BaseModel
from starlette.responses import Response

from layerloom.api.contract import Answer, says
from layerloom.api.errors import JSON
from layerloom.api.importing import READ_MEMORY, adopt
from layerloom.api.paging import CursorQuery, LimitQuery
from layerloom.api.reading import dataset_statistics, first_rows, media_cell, remove_files
from layerloom.api.services import Services, Use
from layerloom.data.dataset import Dataset
from layerloom.data.datasets import built_in, is_built_in
from layerloom.data.preview import Preview
from layerloom.data.statistics import Statistics
from layerloom.problems import Problem, ProblemError

router = APIRouter(prefix="/datasets", tags=["data"])

DatasetId = Annotated[str, PathParameter(max_length=100)]
PREVIEW_SECONDS = 60
STATISTICS_SECONDS = 600


class DatasetPage(Answer):
    """Those that come with the program, then the uploads, the newest first."""

    items: list[Dataset]
    next: str | None


@router.get("", **says(answer=DatasetPage))
async def list_datasets(services: Use, limit: LimitQuery = 50, cursor: CursorQuery = None) -> Response:
    """All data sets. Those that come with the program are on the first page, beyond `limit`."""
    if cursor is None:
        await adopt(services)
    first = [] if cursor is not None else [_json(item) for item in built_in()]
    page = await asyncio.to_thread(services.store.datasets.list, limit, cursor)
    return JSON({"items": [*first, *(item.record for item in page.items)], "next": page.next})


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
    await find_dataset(services, dataset_id)
    await services.supervisor.call(remove_files, dataset_id, services.datasets_dir)
    await asyncio.to_thread(services.store.datasets.delete, dataset_id)
    return Response(status_code=204)


@router.get("/{dataset_id}/preview", **says(answer=Preview))
async def preview_dataset(
    services: Use,
    dataset_id: DatasetId,
    limit: Annotated[int, Query(ge=1, le=200, description="Most rows.")] = 20,
    offset: Annotated[int, Query(ge=0, description="The first row, counted from 0.")] = 0,
) -> Response:
    """Some rows of a data set."""
    dataset = await find_dataset(services, dataset_id)
    arguments = (first_rows, dataset, services.datasets_dir, limit, offset)
    # A page of images asks for each of them next; a child that stays for a table would only take memory.
    if any(column.kind in ("image", "audio") for column in dataset.columns):
        shown = await services.supervisor.call_kept(
            dataset_id, *arguments, timeout=PREVIEW_SECONDS, memory=READ_MEMORY
        )
    else:
        shown = await services.supervisor.call(*arguments, timeout=PREVIEW_SECONDS, memory=READ_MEMORY)
    return JSON(_json(shown))


@router.get("/{dataset_id}/statistics", **says(answer=Statistics))
async def describe_dataset(services: Use, dataset_id: DatasetId) -> Response:
    """Range, mean, histogram, frequent and missing values of each column; of a large upload this takes time, once."""
    dataset = await find_dataset(services, dataset_id)
    found = await services.supervisor.call(
        dataset_statistics, dataset, services.datasets_dir, timeout=STATISTICS_SECONDS, memory=READ_MEMORY
    )
    return JSON(_json(found))


@router.get(
    "/{dataset_id}/cells/{column:path}/{row}",
    **says(media="image/png", text="The image, or the sound as audio/wav."),
)
async def show_cell(
    services: Use,
    dataset_id: DatasetId,
    column: Annotated[str, PathParameter(max_length=200)],
    row: Annotated[int, PathParameter(ge=0, description="Counted from 0.")],
) -> Response:
    """The image or the sound in a row, for a browser."""
    dataset = await find_dataset(services, dataset_id)
    # A page of images is as many calls: the child that answers them stays.
    content = await services.supervisor.call_kept(
        dataset_id,
        media_cell,
        dataset,
        services.datasets_dir,
        column,
        row,
        timeout=PREVIEW_SECONDS,
        memory=READ_MEMORY,
    )
    found = dataset.column(column)
    media = "image/png" if found is not None and found.kind == "image" else "audio/wav"
    # The id is a hash of the content, so what it names never changes.
    return Response(content, media_type=media, headers={"Cache-Control": "private, max-age=86400"})


async def find_dataset(services: Services, dataset_id: str) -> Dataset:
    """
    Raises:
        ProblemError: `dataset.unknown`.
    """
    known = next((item for item in built_in() if item.id == dataset_id), None)
    if known is not None:
        return known
    if await asyncio.to_thread(services.store.datasets.find, dataset_id) is None:
        await adopt(services)
    stored = await asyncio.to_thread(services.store.datasets.get, dataset_id)
    return Dataset.model_validate(stored.record)


def _json(model: BaseModel) -> dict[str, Any]:  # Any: JSON
    return model.model_dump(mode="json")
