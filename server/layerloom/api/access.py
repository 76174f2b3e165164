"""Access: one ASGI middleware in front of every HTTP method and the websocket handshake.

In this order: `Host` is ours, `Origin` is the page's own, the browser does not call it cross-site, a change
comes as JSON, and the caller holds the token or a session. Trust never derives from `Host`: it is compared
with a closed list before anything else. Stock CORS middleware lets cross-site websockets through, so this is
our own.
"""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from layerloom.api.bodies import takes_files, takes_part
from layerloom.api.errors import problem_response
from layerloom.api.hosts import Address, AllowedHosts
from layerloom.api.sessions import Sessions
from layerloom.problems import Problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_CALLS = frozenset({("GET", "/api/health"), ("HEAD", "/api/health"), ("POST", "/api/session")})
"""Calls that need no session; the last one checks the token or ticket itself."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further."""

    status: int
    problem: Problem


class Access:
    """The guard. Behind it, `scope["state"]["session"]` holds the caller's session key, or None for a bearer
    token.
    """

    def __init__(self, app: ASGIApp, *, hosts: AllowedHosts, sessions: Sessions, cookie: str) -> None:
        self.app = app
        self.hosts = hosts
        self.sessions = sessions
        self.cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = (
            self._refuse_host(scope, headers)
            or self._refuse_cross_site(scope, headers)
            or self._refuse_content_type(scope, headers)
            or self._refuse_stranger(scope, headers)
        )
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(refusal)(scope, receive, send)
        else:
            await _refuse_websocket(refusal, scope, receive, send)

    def _refuse_host(self, scope: Scope, headers: Headers) -> Refusal | None:
        values = headers.getlist("host")
        addresses = self.hosts.by_host(values[0]) if len(values) == 1 else ()
        if not addresses or not scope["path"].startswith("/"):
            received = ", ".join(repr(value[:100]) for value in values) or "no Host header"
            return _refusal(
                400,
                "access.host",
                f"This server is not known as {received}.",
                "Open it by the address that it printed, or add the name to `LAYERLOOM_ALLOWED_HOSTS`.",
            )
        scope.setdefault("state", {})["addresses"] = addresses
        return None

    def _refuse_cross_site(self, scope: Scope, headers: Headers) -> Refusal | None:
        addresses: tuple[Address, ...] = scope["state"]["addresses"]
        origins = headers.getlist("origin")
        own = {address.origin for address in addresses}
        if origins and (len(origins) > 1 or origins[0] not in own):
            return _refusal(
                403,
                "access.origin",
                f"A page of {origins[0][:100]!r} may not use this server.",
                "Only the page that this server itself delivers may, or a program without an Origin header.",
            )
        if scope["type"] == "websocket" and not origins and _bearer(headers) is None:
            return _refusal(
                403,
                "access.origin",
                "A websocket without an Origin header needs the token in an Authorization header.",
                "Send `Authorization: Bearer <token>`; `layerloom token` shows it.",
            )
        sites = headers.getlist("sec-fetch-site")
        is_navigation = (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and not is_api(scope["path"])
            and headers.get("sec-fetch-mode") == "navigate"
        )
        if any(site not in ("same-origin", "none") for site in sites) and not is_navigation:
            return _refusal(
                403,
                "access.cross_site",
                f"The browser says that this request comes from another site ({sites[0][:40]!r}).",
                "Open the page of this server and use it there.",
            )
        return None

    def _refuse_content_type(self, scope: Scope, headers: Headers) -> Refusal | None:
        if scope["type"] == "websocket" or scope["method"] in SAFE_METHODS or not is_api(scope["path"]):
            return None
        values = headers.getlist("content-type")
        media = values[0].partition(";")[0].strip().lower() if len(values) == 1 else ""
        if media == "application/json" and _is_utf8(values[0]):
            return None
        if media == "multipart/form-data" and takes_files(scope["method"], scope["path"]):
            return None
        if media == "application/octet-stream" and takes_part(scope["method"], scope["path"]):
            return None
        if not values and scope["method"] == "DELETE":
            return None  # not a method that a form or a plain cross-site request can send
        received = ", ".join(repr(value[:80]) for value in values) or "none"
        return _refusal(
            415,
            "request.content_type",
            f"A call that changes something needs `Content-Type: application/json`; received {received}.",
            "Send the header even without a body; uploads take `multipart/form-data`.",
        )

    def _refuse_stranger(self, scope: Scope, headers: Headers) -> Refusal | None:
        scope["state"]["session"] = None
        if not is_api(scope["path"]) or (scope.get("method"), scope["path"]) in OPEN_CALLS:
            return None
        token = _bearer(headers)
        if token is not None:
            if self.sessions.is_token(token):
                return None
        else:
            key = session_key(headers, self.cookie)
            if key is not None and self.sessions.is_open(key):
                scope["state"]["session"] = key
                return None
        return _refusal(
            401,
            "access.unauthorized",
            "This call needs the server's token.",
            "Open the address that `layerloom serve` printed, or send `Authorization: Bearer <token>`; "
            "`layerloom token` shows it.",
        )


def is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def session_key(headers: Headers, cookie: str) -> str | None:
    """The session key that a request's cookie holds."""
    header = "; ".join(headers.getlist("cookie"))
    return cookie_parser(header).get(cookie) or None


def _bearer(headers: Headers) -> str | None:
    values = headers.getlist("authorization")
    if not values:
        return None
    scheme, _, token = values[0].partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(values) == 1 else ""


def _is_utf8(content_type: str) -> bool:
    parameters = content_type.lower().replace(" ", "").replace('"', "").split(";")[1:]
    return all(parameter in ("", "charset=utf-8") for parameter in parameters)


def _refusal(status: int, code: str, message: str, hint: str) -> Refusal:
    return Refusal(status, Problem(code=code, message=message, hint=hint))


def _answer(refusal: Refusal) -> ASGIApp:
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return problem_response(refusal.problem, status=refusal.status, headers=headers)


async def _refuse_websocket(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """An HTTP answer to the handshake, before it is accepted."""
    if "websocket.http.response" in scope.get("extensions", {}):
        await _answer(refusal)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.problem.code})
