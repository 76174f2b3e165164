"""`/api/uploads`: large files in parts, so that a cut connection costs only what was on its way.

`POST` announces name and size, `PATCH` appends, `GET` tells how much is here, and `POST /api/datasets` with the
upload's id makes a data set of it.
"""

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import Field
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from layerloom.api.bodies import read_model
from layerloom.api.contract import Answer, Body, says
from layerloom.api.errors import JSON, problem_response
from layerloom.api.services import Services, Use
from layerloom.problems import Problem, ProblemError
from layerloom.store.incoming import Arriving, WrongOffset

router = APIRouter(prefix="/uploads", tags=["data"])

UploadId = Annotated[str, PathParameter(max_length=100)]
_WRITTEN_AT_ONCE = 1024 * 1024
_CANCEL_SECONDS = 5.0
_OFFSET = re.compile(r"^[0-9]{1,15}$")


class UploadBody(Body):
    """A file that will be sent."""

    name: str = Field(min_length=1, max_length=200, description="What its owner calls it.")
    size: int = Field(ge=0, description="Bytes.")


class UploadState(Answer):
    """A file of which `received` of `size` bytes are here."""

    id: str
    name: str
    size: int
    received: int


class Received(Answer):
    """After a part."""

    received: int = Field(description="Bytes that are here.")


@router.post("", **says(body=UploadBody, answer=UploadState, status=201))
async def begin_upload(request: Request, services: Use) -> Response:
    """Announces a file; what nobody has sent to for a day is removed."""
    body = await read_model(request, services.limits, UploadBody)
    most = services.settings.upload_bytes
    if body.size > most:
        raise ProblemError(
            Problem(
                code="file.too_large",
                message=f"`{body.name}`: the file has {body.size:,} bytes; at most {most:,} are taken.",
                hint="Upload a part of it, or raise `LAYERLOOM_UPLOAD_BYTES`.",
                field="size",
            )
        )
    arriving = await asyncio.to_thread(services.incoming.begin, body.name, body.size)
    return JSON(_json(arriving), status_code=201, headers={"Location": f"/api/uploads/{arriving.id}"})


@router.get("/{upload_id}", **says(answer=UploadState))
async def show_upload(services: Use, upload_id: UploadId) -> Response:
    """How much of it is here: where to go on after a cut connection."""
    return JSON(_json(await asyncio.to_thread(services.incoming.get, upload_id)))


@router.patch(
    "/{upload_id}",
    **says(answer=Received, chunk=True),
)
async def append_to_upload(request: Request, services: Use, upload_id: UploadId) -> Response:
    """Appends bytes from `Upload-Offset` on; 409 with `received` where that is not where the last part ended.

    What arrived before a connection was cut is kept.
    """
    text = request.headers.get("upload-offset", "")
    if not _OFFSET.match(text):
        raise ProblemError(
            Problem(
                code="upload.offset_missing",
                message=f"The header `Upload-Offset` must be a number of bytes; received {text[:40]!r}.",
                hint="Send `Upload-Offset: 0` with the first part.",
                field="Upload-Offset",
            )
        )
    with services.arriving(upload_id):
        try:
            received = await _append(request, services, upload_id, int(text))
        except WrongOffset as error:
            answer = problem_response(*error.problems, status=409)
            answer.headers["Upload-Offset"] = str(error.received)
            return answer
    return JSON({"received": received}, headers={"Upload-Offset": str(received)})


@router.delete("/{upload_id}", **says(status=204, text="Gone."))
async def cancel_upload(services: Use, upload_id: UploadId) -> Response:
    """Forgets the file and what was received of it."""
    until = asyncio.get_running_loop().time() + _CANCEL_SECONDS
    while services.is_arriving(upload_id) and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.05)  # a connection that has just been closed
    with services.arriving(upload_id):
        await asyncio.to_thread(services.incoming.remove, upload_id)
    return Response(status_code=204)


async def whole_upload(services: Services, upload_id: str) -> tuple[Arriving, str]:
    """A file that has arrived, with its SHA-256.

    Raises:
        ProblemError: `upload.unknown`, `upload.incomplete`.
    """
    arriving = await asyncio.to_thread(services.incoming.get, upload_id)
    if arriving.received != arriving.size:
        raise ProblemError(
            Problem(
                code="upload.incomplete",
                message=f"`{arriving.name}`: {arriving.received:,} of {arriving.size:,} bytes have been received.",
                hint=f"Send the rest with `Upload-Offset: {arriving.received}`.",
            )
        )
    return arriving, await asyncio.to_thread(services.incoming.sha256, arriving)


async def _append(request: Request, services: Services, upload_id: str, offset: int) -> int:
    """Writes as it arrives, in pieces of about 1 MiB."""
    pieces: list[bytes] = []
    waiting, end = 0, offset

    async def write() -> int:
        content = b"".join(pieces)
        pieces.clear()
        return await asyncio.to_thread(services.incoming.append, upload_id, end, content)

    end = await write()  # a wrong offset is told before the body is read
    try:
        async for piece in request.stream():
            pieces.append(piece)
            waiting += len(piece)
            if waiting >= _WRITTEN_AT_ONCE:
                end, waiting = await write(), 0
    except ClientDisconnect:
        pass  # nobody hears the answer, but what has arrived is kept
    return await write()


def _json(arriving: Arriving) -> dict[str, object]:
    return {
        "id": arriving.id,
        "name": arriving.name,
        "size": arriving.size,
        "received": arriving.received,
    }
