"""`POST /api/export/{format}`: a document → a file."""

import re
import secrets
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from layerloom.api.contract import says
from layerloom.api.services import Services, Use
from layerloom.document import Document
from layerloom.exchange.formats import export_format, write_document
from layerloom.problems import ProblemError
from layerloom.runs.weights import find, unknown_weights
from layerloom.versions import load_document

LARGEST_DIFFERENCE = "Layerloom-Largest-Difference"
"""The header that says how far what was written is from the model, where both ran on a random batch."""
NOT_CHECKED = "Layerloom-Not-Checked"
"""The header that says why that is not known."""
EXPORT_SECONDS = 180

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
    if not chosen.computes:
        content = chosen.write(document, services.limits, None).content
        return Response(content, media_type=chosen.media_type, headers=headers)
    weights = _weights(document, services)
    target = services.settings.data_dir / "uploads" / f"{secrets.token_hex(16)}{chosen.suffix}"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = BackgroundTask(target.unlink, missing_ok=True)
    try:
        report = await services.supervisor.call(
            write_document, chosen.name, document, services.limits, weights, target, timeout=EXPORT_SECONDS
        )
    except BaseException:
        await done()
        raise
    if report.largest_difference is not None:
        headers[LARGEST_DIFFERENCE] = f"{report.largest_difference:.2g}"
    if report.not_checked is not None:
        headers[NOT_CHECKED] = report.not_checked.encode("ascii", "replace").decode()
    return FileResponse(target, media_type=chosen.media_type, headers=headers, background=done)


def _weights(document: Document, services: Services) -> Path | None:
    """The kept weights that the document names.

    Raises:
        ProblemError: `weights.unknown`.
    """
    named = document.training.weights if document.training is not None else None
    if named is None:
        return None
    path = find(services.weights_dir, named)
    if path is None:
        raise ProblemError(unknown_weights(named))
    return path


def _attachment(name: str, suffix: str) -> str:
    """The header that makes a file of it, under a name that no shell or browser stumbles over."""
    kept = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "document"
    plain = kept.encode("ascii", "ignore").decode().strip("-.") or "document"
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(kept + suffix)}"
