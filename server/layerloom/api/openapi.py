"""`GET /api/openapi.json`: this API described, for people and for generators of clients."""

from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.contract import openapi
from layerloom.api.errors import encode

router = APIRouter(tags=["server"])


@router.get("/openapi.json", include_in_schema=False)
def show_openapi(request: Request) -> Response:
    """The description; the same as `layerloom openapi` prints."""
    app = request.app
    assert isinstance(app, FastAPI)
    return Response(_encoded(app), media_type="application/json")


@cache
def _encoded(app: FastAPI) -> bytes:
    return encode(openapi(app))
