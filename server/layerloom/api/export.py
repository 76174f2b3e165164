"""`POST /api/export/{format}`: a document → a file."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.contract import says
from layerloom.api.services import Use
from layerloom.document import Document
from layerloom.exchange.formats import export_format, write_document
from layerloom.versions import load_document

LARGEST_DIFFERENCE = "Layerloom-Largest-Difference"
"""The header that says how far what was written is from the model, where both ran on a random batch."""
EXPORT_SECONDS = 120

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
    if chosen.computes:
        exported = await services.supervisor.call(
            write_document, chosen.name, document, services.limits, None, timeout=EXPORT_SECONDS
        )
    else:
        exported = chosen.write(document, services.limits, None)
    headers = {"Content-Disposition": _attachment(document.name, chosen.suffix)}
    if exported.largest_difference is not None:
        headers[LARGEST_DIFFERENCE] = f"{exported.largest_difference:.2g}"
    return Response(exported.content, media_type=chosen.media_type, headers=headers)


def _attachment(name: str, suffix: str) -> str:
    """The header that makes a file of it, under a name that no shell or browser stumbles over."""
    kept = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "document"
    plain = kept.encode("ascii", "ignore").decode().strip("-.") or "document"
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(kept + suffix)}"
