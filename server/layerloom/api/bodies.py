"""Limits on request bodies, enforced while they arrive and before anything parses them."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from layerloom.api.errors import problem_response
from layerloom.document import Limits
from layerloom.problems import Problem, ProblemError
from layerloom.versions import parse_json

M = TypeVar("M", bound=BaseModel)

ENVELOPE_BYTES = 64 * 1024
"""What a call may carry around a document: `{"document": …, "training": …}`."""

UPLOAD_PATHS = frozenset({"/api/datasets", "/api/import", "/api/weights"})
"""The calls that take files, as `multipart/form-data`; and see `takes_files`."""

_PREDICTION = re.compile(r"/api/runs/[^/]{1,100}/predict")


def takes_files(method: str, path: str) -> bool:
    """Whether a call may bring a file, which is larger than what other calls bring."""
    return method == "POST" and (path in UPLOAD_PATHS or _PREDICTION.fullmatch(path) is not None)


_PART_PATH = re.compile(r"^/api/uploads/[^/]+$")


def takes_part(method: str, path: str) -> bool:
    """Whether the call takes a part of a file, as `application/octet-stream`."""
    return method == "PATCH" and _PART_PATH.match(path) is not None


class BodyLimits:
    """ASGI middleware: a body beyond its limit ends in 413, whether `Content-Length` said so or not."""

    def __init__(self, app: ASGIApp, *, document_bytes: int, upload_bytes: int) -> None:
        self.app = app
        self.document_bytes = document_bytes
        self.upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared[:20]) > limit:
            await problem_response(_too_large(limit))(scope, receive, send)
            return
        received = 0

        async def receiving() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise ProblemError(_too_large(limit))
            return message

        await self.app(scope, receiving, send)

    def _limit(self, scope: Scope) -> int:
        if takes_part(scope["method"], scope["path"]):
            return self.upload_bytes
        kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        is_form = kind.lower().startswith(b"multipart/form-data")  # JSON is held in memory, forms are not
        is_upload = takes_files(scope["method"], scope["path"]) and is_form
        return self.upload_bytes if is_upload else self.document_bytes + ENVELOPE_BYTES


async def read_json(request: Request, limits: Limits) -> object:
    """The JSON of a body, read strictly: UTF-8, bounded depth, no duplicate keys, no NaN.

    Raises:
        ProblemError: `document.not_json` or `document.too_large`, as for a document.
    """
    return parse_json(await request.body(), limits)


async def read_model(request: Request, limits: Limits, model: type[M]) -> M:
    """A small body of a known shape; no body at all counts as `{}`.

    Raises:
        ProblemError: `request.invalid`, one for each field that is wrong.
    """
    body = await request.body()
    data = parse_json(body, limits) if body.strip() else {}
    return to_model(data, model)


def to_model(data: object, model: type[M]) -> M:
    """Plain data as a model.

    Raises:
        ProblemError: `request.invalid`, one for each field that is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_field_problem(item) for item in error.errors(include_url=False, include_context=False)]
        raise ProblemError(*problems[:50]) from None


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of a form, the form's other fields, and its other files where there may be some."""

    file: UploadFile
    fields: Mapping[str, str]
    files: Mapping[str, UploadFile] = field(default_factory=dict)


@asynccontextmanager
async def one_file(request: Request, *, others: int = 0) -> AsyncIterator[Upload]:
    """The file in the field `file` of a form; it lies on the disk as soon as it is large. `others`: how many more
    files there may be, in fields of other names.

    Only a stream that was really uploaded counts, whatever the form says about itself.

    Raises:
        ProblemError: `request.content_type`, `upload.missing`, `upload.invalid`.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(
            Problem(
                code="request.content_type",
                message="A file comes as `multipart/form-data`, in the field `file`.",
                hint="With curl: `-F file=@table.csv`.",
            )
        )
    try:
        form = await request.form(max_files=1 + others, max_fields=8, max_part_size=64 * 1024)
    except HTTPException as error:
        problem = Problem(
            code="upload.invalid",
            message=f"The form could not be read: {error.detail}",
            hint="Send one file in the field `file`; with curl: `-F file=@table.csv`.",
        )
        raise ProblemError(problem) from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise ProblemError(
                Problem(
                    code="upload.missing",
                    message="The form has no file in the field `file`.",
                    hint="With curl: `-F file=@table.csv`.",
                    field="file",
                )
            )
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        yield Upload(
            file, fields, {name: each for name, each in form.items() if isinstance(each, UploadFile)}
        )
    finally:
        await form.close()


def _field_problem(item: Any) -> Problem:  # Any: pydantic's ErrorDetails
    path = ".".join(str(part) for part in item["loc"])
    return Problem(
        code="request.invalid",
        message=f"`{path or 'body'}`: {item['msg']}; received {repr(item.get('input'))[:80]}.",
        hint="See docs/rest.md, or /api/openapi.json, for what this call takes.",
        field=path or None,
    )


def _too_large(limit: int) -> Problem:
    return Problem(
        code="request.too_large",
        message=f"The body of the request is larger than the {limit:,} bytes that this call takes.",
        hint="Send less, or raise `LAYERLOOM_DOCUMENT_BYTES` or `LAYERLOOM_UPLOAD_BYTES`.",
    )
