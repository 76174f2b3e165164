"""The one shape of every error: `{"problems": […]}` with a fitting status; never a stack trace, never a bare
string.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from layerloom.problems import Problem, ProblemError

log = logging.getLogger(__name__)
"""The standard one: its traces show no local variables, so no token."""

STATUS_BY_CODE: dict[str, int] = {
    "document.not_json": 400,
    "document.too_large": 413,
    "request.not_json": 400,
    "request.too_large": 413,
    "request.content_type": 415,
    "file.too_large": 413,
    "project.conflict": 412,
    "project.precondition": 428,
    "run.state": 409,
    "run.queue_full": 429,
    "upload.offset": 409,
    "upload.incomplete": 409,
    "upload.busy": 409,
    "dataset.in_use": 409,
    "dataset.built_in": 409,
    "run.no_process": 503,
    "server.busy": 503,
    "server.stopping": 503,
    "store.busy": 503,
    "store.full": 507,
    "store.failed": 503,
}
"""Statuses of codes that are neither 422 (what a document does wrong) nor 404 (`<noun>.unknown`)."""

_UNKNOWN_NOUNS = frozenset(
    {"project", "run", "dataset", "artifact", "version", "example", "weights", "upload", "cell"}
)
_HTTP_CODES = {404: "request.unknown_path", 405: "request.wrong_method", 415: "request.content_type"}


class JSON(Response):
    """A JSON answer, encoded once by orjson; text that UTF-8 cannot hold is escaped instead of failing."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # Any: JSON
        return encode(content)


def encode(content: Any) -> bytes:  # Any: JSON
    """JSON bytes; NaN and infinite numbers become null."""
    try:
        return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        return json.dumps(content, ensure_ascii=True, allow_nan=False, default=str).encode("ascii")


def status_of(problems: Iterable[Problem]) -> int:
    """The HTTP status of an answer that consists of these problems: that of the first error."""
    first = next((problem for problem in problems if problem.is_error), None)
    if first is None:
        return 422
    noun, _, what = first.code.partition(".")
    is_about_a_document = first.field is not None or first.node is not None
    if what == "unknown" and noun in _UNKNOWN_NOUNS and not is_about_a_document:
        return 404
    return STATUS_BY_CODE.get(first.code, 422)


def problems_json(problems: Sequence[Problem]) -> dict[str, object]:
    return {"problems": [problem.model_dump(mode="json", exclude_none=True) for problem in problems]}


def problem_response(
    *problems: Problem, status: int | None = None, headers: Mapping[str, str] | None = None
) -> JSON:
    """An error answer of the one shape."""
    return JSON(
        problems_json(problems), status_code=status or status_of(problems), headers=dict(headers or {})
    )


def install(app: FastAPI) -> None:
    """Routes every way to fail into the one shape."""
    app.add_exception_handler(ProblemError, _problem_error)
    app.add_exception_handler(RequestValidationError, _request_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _problem_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    headers = {"Retry-After": "1"} if status_of(error.problems) in (429, 503) else {}
    return problem_response(*error.problems, headers=headers)


async def _request_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(*(_parameter_problem(item) for item in error.errors()), status=422)


def _parameter_problem(item: Any) -> Problem:  # Any: pydantic's ErrorDetails
    where, *path = [str(part) for part in item["loc"]]
    received = repr(item.get("input"))
    return Problem(
        code="request.invalid",
        message=f"{where} `{'.'.join(path) or where}`: {item['msg']}; received {received[:80]}.",
        hint="See docs/rest.md, or /api/openapi.json, for what this call takes.",
        field=".".join(path) or None,
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "request.failed")
    message = {
        404: f"There is nothing at {request.url.path!r}.",
        405: f"{request.method} is not among what {request.url.path!r} answers.",
    }.get(error.status_code, f"{error.detail}.")
    hint = "docs/rest.md and /api/openapi.json list every call."
    return problem_response(
        Problem(code=code, message=message, hint=hint), status=error.status_code, headers=error.headers
    )


class Failures:
    """ASGI middleware: a broken invariant of ours becomes a 500 of the one shape, its trace goes to the log
    only.

    Within the security headers and around everything else, so that no answer escapes either.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception:
            log.exception("%s %s failed", scope.get("method", "WS"), scope.get("path"))
            if scope["type"] != "http" or started:
                raise
            problem = Problem(
                code="server.failed",
                message="The server failed to answer; what happened is in its log.",
                hint="Try again; if it happens again, report it with the log.",
            )
            await problem_response(problem, status=500)(scope, receive, send)
