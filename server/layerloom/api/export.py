"""`POST /api/export/{format}`: a document → a file."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.contract import says
from layerloom.api.formats import export_format
from layerloom.api.services import Use
from layerloom.document import Document
from layerloom.versions import load_document

router = APIRouter(tags=["documents"])


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


def _attachment(name: str, suffix: str) -> str:
    """The header that makes a file of it, under a name that no shell or browser stumbles over."""
    kept = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "document"
    plain = kept.encode("ascii", "ignore").decode().strip("-.") or "document"
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(kept + suffix)}"
