"""The built page from `layerloom/page`: static files by exact name, the page itself for its own paths,
nothing else.

Names are looked up in a scan of the folder, so a request can only ever name a file that the build made.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from layerloom.api.access import is_api
from layerloom.api.errors import problem_response
from layerloom.problems import Problem

PAGE_DIR = Path(__file__).parent.parent / "page"
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_PACKS = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")
_CHARSETS = ("text/", "application/javascript", "application/json")


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page, ready to send."""

    content: bytes
    packed: bytes | None
    media_type: str
    etag: str
    cache: str


@dataclass
class Page:
    """Falls behind all routes: what no route answers is either a file of the page, the page itself, or a
    problem.
    """

    folder: Path = PAGE_DIR
    _files: dict[str, PageFile] = field(default_factory=dict)
    _stamp: int | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await problem_response(_nothing_at(scope["path"]), status=404)(scope, receive, send)
            return
        request = Request(scope)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        path = request.url.path
        if is_api(path):
            return problem_response(_nothing_at(path), status=404)
        if request.method not in ("GET", "HEAD"):
            problem = Problem(
                code="request.wrong_method",
                message=f"{request.method} is not among what {path!r} answers.",
                hint="Calls that change something are below /api; docs/rest.md lists them.",
            )
            return problem_response(problem, status=405, headers={"Allow": "GET, HEAD"})
        files = await run_in_threadpool(self._scan)
        file = files.get(path.removeprefix("/") or "index.html")
        if file is None and "." not in path.rpartition("/")[2]:
            file = files.get("index.html")
        if file is None:
            return problem_response(_nothing_at(path) if files else _NOT_BUILT, status=404)
        return _send(file, request)

    def _scan(self) -> dict[str, PageFile]:
        """Reads the folder once, and again after a new build."""
        try:
            stamp = (self.folder / "index.html").stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if stamp != self._stamp:
            found = [path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink()]
            self._files = {path.relative_to(self.folder).as_posix(): _read(path) for path in found}
            self._stamp = stamp
        return self._files


def _read(path: Path) -> PageFile:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type == "text/javascript":
        media_type = "application/javascript"
    packed = (
        gzip.compress(content, 6, mtime=0) if media_type.startswith(_PACKS) and len(content) > 1024 else None
    )
    is_hashed = path.parent.name == "assets" and _HASHED.search(path.name) is not None
    return PageFile(
        content=content,
        packed=packed,
        media_type=f"{media_type}; charset=utf-8" if media_type.startswith(_CHARSETS) else media_type,
        etag=f'"{hashlib.sha256(content).hexdigest()[:24]}"',
        cache="public, max-age=31536000, immutable" if is_hashed else "no-cache",
    )


def _send(file: PageFile, request: Request) -> Response:
    headers = {"ETag": file.etag, "Cache-Control": file.cache, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    content = file.content
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = file.packed
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = file.media_type
    headers["Content-Length"] = str(len(content))
    return Response(b"" if request.method == "HEAD" else content, headers=headers)


def _nothing_at(path: str) -> Problem:
    return Problem(
        code="request.unknown_path",
        message=f"There is nothing at {path[:200]!r}.",
        hint="docs/rest.md and /api/openapi.json list every call.",
    )


_NOT_BUILT = Problem(
    code="page.not_built",
    message="The page has not been built, so there is only the REST API.",
    hint="In a checkout run `make build`; an installed package brings its page with it.",
)
