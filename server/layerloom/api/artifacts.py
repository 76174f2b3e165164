"""The files that a run has left."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.responses import FileResponse, Response

from layerloom.api.contract import Answer, says
from layerloom.api.errors import JSON
from layerloom.api.runs import RunId
from layerloom.api.services import Use

router = APIRouter(prefix="/runs", tags=["learned"])


class Artifact(Answer):
    """A file that a run has left."""

    name: str
    size_bytes: int
    media_type: str


class ArtifactPage(Answer):
    """All files of a run."""

    items: list[Artifact]
    next: None


@router.get("/{run_id}/artifacts", **says(answer=ArtifactPage))
async def list_artifacts(services: Use, run_id: RunId) -> Response:
    """The files that a run has left."""
    names = await services.supervisor.artifacts(run_id)
    paths = [await services.supervisor.artifact(run_id, name) for name in names]
    return JSON({"items": [_artifact(path) for path in paths], "next": None})


@router.get(
    "/{run_id}/artifacts/{name}", **says(media="application/octet-stream", text="The file, as an attachment.")
)
async def fetch_artifact(
    services: Use, run_id: RunId, name: Annotated[str, PathParameter(max_length=100)]
) -> Response:
    """One file; its name is one of the list, never a path."""
    path = await services.supervisor.artifact(run_id, name)
    return FileResponse(path, filename=name, media_type="application/octet-stream")


def _artifact(path: Path) -> dict[str, str | int]:
    media_type = "application/json" if path.suffix == ".json" else "application/octet-stream"
    return {"name": path.name, "size_bytes": path.stat().st_size, "media_type": media_type}
