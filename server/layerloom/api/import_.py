"""`POST /api/import`: a file → a document, plus problems for what could not be taken over. `/api/weights`: what it
left in the data folder.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from layerloom.api.bodies import one_file
from layerloom.api.contract import Answer, DocumentJson, says
from layerloom.api.errors import JSON
from layerloom.api.formats import is_of_keras, read_document
from layerloom.api.reading import import_model, keep_weights
from layerloom.api.services import Services, Use
from layerloom.document import Document
from layerloom.problems import Problem, ProblemError
from layerloom.runs.weights import KeptWeights, find

router = APIRouter(tags=["documents"])

_SNIFFED = 4096


class ImportAnswer(Answer):
    """What was read."""

    document: DocumentJson
    problems: list[Problem] = Field(description="What could not be taken over.")
    weights: KeptWeights | None = Field(description="Weights of the file; `training.weights` names them too.")


@router.post(
    "/import",
    **says(
        body=Document,
        answer=ImportAnswer,
        multipart={
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {
                    "type": "string",
                    "format": "binary",
                    "description": "A document, or Keras' `.keras`, whole-model `.h5`, or model JSON.",
                },
                "weights": {
                    "type": "string",
                    "format": "binary",
                    "description": "Weights beside it: `.weights.h5`, an old `.h5`, or `.safetensors`.",
                },
            },
        },
    ),
)
async def import_document(request: Request, services: Use) -> Response:
    """Reads a model from an uploaded file (`multipart/form-data`, field `file`), or a document from a JSON body.

    Files are read by a process with limits on time and memory; nothing in them is executed.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        document = read_document(await request.body(), services.limits)
        return JSON({"document": document.model_dump(mode="json"), "problems": [], "weights": None})
    async with one_file(request, others=1) as upload:
        weights = upload.files.get("weights")
        start = await upload.file.read(_SNIFFED)
        await upload.file.seek(0)
        if weights is None and not is_of_keras(start):
            content = await upload.file.read(services.limits.document_bytes + 1)
            document = read_document(content, services.limits)
            return JSON({"document": document.model_dump(mode="json"), "problems": [], "weights": None})
        async with _on_disk(upload.file, services) as path, _on_disk(weights, services) as beside:
            assert path is not None
            imported = await services.supervisor.call(
                import_model,
                path,
                beside,
                None,
                services.weights_dir,
                services.limits,
                services.settings.file_limits,
                timeout=services.settings.import_seconds,
            )
    return JSON(imported.model_dump(mode="json"))


@router.post(
    "/weights",
    **says(
        answer=KeptWeights,
        status=201,
        multipart={
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {
                    "type": "string",
                    "format": "binary",
                    "description": "`.safetensors`: weights by path, in Keras' layout, as a run leaves them.",
                }
            },
        },
    ),
)
async def upload_weights(request: Request, services: Use) -> Response:
    """Keeps weights for training to begin with: put the id into a document's `training.weights`."""
    async with one_file(request) as upload, _on_disk(upload.file, services) as path:
        assert path is not None
        kept = await services.supervisor.call(
            keep_weights,
            path,
            services.weights_dir,
            services.settings.file_limits,
            timeout=services.settings.import_seconds,
        )
    headers = {"Location": f"/api/weights/{kept.id}"}
    return JSON(kept.model_dump(mode="json"), status_code=201, headers=headers)


@router.get(
    "/weights/{weights_id}", **says(media="application/octet-stream", text="The file, as an attachment.")
)
async def fetch_weights(services: Use, weights_id: Annotated[str, PathParameter(max_length=100)]) -> Response:
    """Weights that are kept, as `.safetensors`."""
    path = find(services.weights_dir, weights_id)
    if path is None:
        raise ProblemError(
            Problem(
                code="weights.unknown",
                message=f"No weights are kept under the id {weights_id[:64]!r}.",
                hint="`POST /api/import` and `POST /api/weights` answer with ids.",
            )
        )
    return FileResponse(path, filename="weights.safetensors", media_type="application/octet-stream")


@asynccontextmanager
async def _on_disk(file: UploadFile | None, services: Services) -> AsyncIterator[Path | None]:
    """An upload under a name of ours, until it has been read."""
    if file is None:
        yield None
        return
    path = services.settings.data_dir / "uploads" / secrets.token_hex(16)
    try:
        await asyncio.to_thread(_copy, file, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _copy(file: UploadFile, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as target:
        while block := file.file.read(1024 * 1024):
            target.write(block)
