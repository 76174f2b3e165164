"""`GET /api/health`: the only call that needs no token, and says nothing but that the server is there."""

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from layerloom import __version__
from layerloom.api.contract import Answer, says
from layerloom.api.errors import JSON

router = APIRouter(tags=["server"])


class Health(Answer):
    """The server is there."""

    status: Literal["ok"]
    version: str


@router.get("/health", **says(answer=Health))
async def health() -> Response:
    """Whether the server is up, and its version."""
    return JSON({"status": "ok", "version": __version__})
