"""`POST /api/import`: a file → a document, plus problems for what could not be taken over."""

from fastapi import APIRouter
from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import one_file
from layerloom.api.contract import Answer, DocumentJson, says
from layerloom.api.errors import JSON
from layerloom.api.formats import read_document
from layerloom.api.services import Use
from layerloom.document import Document, Limits
from layerloom.problems import Problem

router = APIRouter(tags=["documents"])


class ImportAnswer(Answer):
    """What was read."""

    document: DocumentJson
    problems: list[Problem] = Field(description="What could not be taken over.")


@router.post(
    "/import",
    **says(
        body=Document,
        answer=ImportAnswer,
        multipart={
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}},
        },
    ),
)
async def import_document(request: Request, services: Use) -> Response:
    """Reads a document from an uploaded file (`multipart/form-data`, field `file`) or from a JSON body."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with one_file(request) as upload:
            content = await _read(upload.file, services.limits)
    else:
        content = await request.body()
    document = read_document(content, services.limits)
    return JSON({"document": document.model_dump(mode="json"), "problems": []})


async def _read(file: UploadFile, limits: Limits) -> bytes:
    """At most what a document may have, and one byte more so that a longer one is seen as such."""
    return await file.read(limits.document_bytes + 1)
