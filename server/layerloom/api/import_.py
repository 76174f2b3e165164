"""`POST /api/import`: a file → a document, plus problems for what could not be taken over."""

from fastapi import APIRouter
from pydantic import Field
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import one_file
from layerloom.api.contract import Answer, DocumentJson, says
from layerloom.api.errors import JSON
from layerloom.api.services import Use
from layerloom.document import Document, Limits
from layerloom.problems import Problem, ProblemError
from layerloom.versions import load_document

router = APIRouter(tags=["documents"])

IMPORT_FORMATS = ("layerloom",)
_HDF5 = b"\x89HDF\r\n\x1a\n"


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


def read_document(content: bytes, limits: Limits) -> Document:
    """A document from a file's bytes, whatever of the known formats it has.

    Raises:
        ProblemError: `import.unknown_format`, or what `load_document` raises.
    """
    foreign = _foreign_format(content)
    if foreign is not None:
        raise ProblemError(
            Problem(
                code="import.unknown_format",
                message=f"This is {foreign}; documents can be read from: {', '.join(IMPORT_FORMATS)}.",
                hint="Choose a document that was exported from Layerloom.",
                field="file",
            )
        )
    return load_document(content, limits)


def _foreign_format(content: bytes) -> str | None:
    if content.startswith(b"PK\x03\x04"):
        return "a zip archive, such as Keras' `.keras`"
    if content.startswith(_HDF5):
        return "an HDF5 file, such as Keras' `.h5`"
    start = content[:4096]
    if b'"class_name"' in start and b'"layerloom/' not in start:
        return "a Keras model's JSON"
    return None


async def _read(file: UploadFile, limits: Limits) -> bytes:
    """At most what a document may have, and one byte more so that a longer one is seen as such."""
    return await file.read(limits.document_bytes + 1)
