"""`/api/session`: the token, or the one-time ticket of a printed address, becomes a cookie; logging out."""

from typing import Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.access import session_key
from layerloom.api.bodies import read_model
from layerloom.api.contract import Answer, Body, says
from layerloom.api.errors import JSON, problem_response
from layerloom.api.services import Use
from layerloom.problems import Problem

router = APIRouter(tags=["session"])
COOKIE_SECONDS = 180 * 24 * 3600


class Credentials(Body):
    """One of the two."""

    token: str | None = Field(default=None, max_length=1024, description="As `layerloom token` shows it.")
    ticket: str | None = Field(
        default=None,
        max_length=1024,
        description="From the address `/#t=…` that the server printed; works once.",
    )


class SessionAnswer(Answer):
    """You are signed in, by the cookie or by an Authorization header."""

    signed_in: Literal[True]


@router.post("/session", **says(body=Credentials, answer=SessionAnswer, status=201))
async def open_session(request: Request, services: Use) -> Response:
    """Signs a browser in: sets an HttpOnly, SameSite=Strict cookie."""
    credentials = await read_model(request, services.settings.limits, Credentials)
    sessions = services.sessions
    is_known = (credentials.token is not None and sessions.is_token(credentials.token)) or (
        credentials.ticket is not None and sessions.burn_ticket(credentials.ticket)
    )
    if not is_known:
        problem = Problem(
            code="access.unauthorized",
            message="This token or ticket is not valid, or the ticket was used before.",
            hint="`layerloom token` shows the token; a restarted server prints an address with a new ticket.",
        )
        return problem_response(problem, status=401, headers={"WWW-Authenticate": "Bearer"})
    response = JSON({"signed_in": True}, status_code=201)
    response.set_cookie(
        services.cookie,
        sessions.open(),
        max_age=COOKIE_SECONDS,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )
    return response


@router.get("/session", **says(answer=SessionAnswer))
async def show_session() -> Response:
    """Whether the caller is signed in; 401 if not."""
    return JSON({"signed_in": True})


@router.delete("/session", **says(status=204, text="Logged out."))
async def close_session(request: Request, services: Use) -> Response:
    """Logs out: the cookie is dead, and so are the websockets that were opened with it."""
    key = session_key(request.headers, services.cookie)
    if key is not None:
        services.sessions.close(key)
    response = Response(status_code=204)
    # With the attributes that it was set with, or the browser keeps it.
    response.delete_cookie(
        services.cookie, path="/", secure=_is_secure(request), httponly=True, samesite="strict"
    )
    return response


def _is_secure(request: Request) -> bool:
    return all(address.scheme == "https" for address in request.state.addresses)
