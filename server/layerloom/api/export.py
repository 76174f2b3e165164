"""`POST /api/export/{format}`: a document → a file. More formats come with `exchange/`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.contract import says
from layerloom.api.services import Use
from layerloom.document import Document, to_text
from layerloom.problems import Problem, ProblemError
from layerloom.versions import load_document

router = APIRouter(tags=["documents"])


@dataclass(frozen=True, slots=True)
class Format:
    """How a document is written in one format."""

    write: Callable[[Document], str]
    suffix: str
    media_type: str


FORMATS: Mapping[str, Format] = {"layerloom": Format(to_text, ".json", "application/json")}


@router.post(
    "/export/{format}",
    **says(body=Document, media="application/octet-stream", text="The file, as an attachment."),
)
async def export_document(
    request: Request, services: Use, format: Annotated[str, PathParameter(max_length=64)]
) -> Response:
    """The document in another format."""
    chosen = export_format(format)
    document = load_document(await request.body(), services.limits)
    headers = {"Content-Disposition": _attachment(document.name, chosen.suffix)}
    return Response(chosen.write(document), media_type=chosen.media_type, headers=headers)


def export_format(name: str) -> Format:
    """
    Raises:
        ProblemError: `export.unknown_format`.
    """
    if name not in FORMATS:
        raise ProblemError(
            Problem(
                code="export.unknown_format",
                message=f"Documents cannot be written as {name[:64]!r}; available: {', '.join(FORMATS)}.",
                hint="Choose one of the available formats.",
                field="format",
            )
        )
    return FORMATS[name]


def _attachment(name: str, suffix: str) -> str:
    """The header that makes a file of it, under a name that no shell or browser stumbles over."""
    kept = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "document"
    plain = kept.encode("ascii", "ignore").decode().strip("-.") or "document"
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(kept + suffix)}"
