"""The events of a run: the journal by pages, and the websocket that replays and follows it.

A batch is encoded once by the supervisor and sent as it is. A viewer is a cursor into the journal: one that
reads slowly holds up nobody, and costs no memory.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket
from fastapi import Path as PathParameter
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect

from layerloom.api.contract import describe, says
from layerloom.api.errors import problem_response
from layerloom.api.services import Services, Use
from layerloom.events import Event
from layerloom.problems import Problem, ProblemError

router = APIRouter(prefix="/runs", tags=["runs"])

SEND_SECONDS = 30
"""How long a viewer may take to accept one batch."""

CLOSED_RUN_OVER = 1000
CLOSED_FAILED = 1011
CLOSED_TOO_SLOW = 1013
CLOSED_LOGGED_OUT = 4401

_MOST_EVENTS = 10_000

describe("Event", Event)
describe("Events", list[Event])


@router.get("/{run_id}/events", **says(answer="Events"))
async def list_events(
    services: Use,
    run_id: Annotated[str, PathParameter(max_length=100)],
    after: Annotated[int, Query(ge=0, le=2**53, description="Only events with a higher `seq`.")] = 0,
    limit: Annotated[
        int, Query(ge=1, description="Most events in this answer, never over 10,000.")
    ] = _MOST_EVENTS,
) -> Response:
    """The journal: events with `seq` > `after`, in order; empty when there is none yet."""
    content = await services.supervisor.events(run_id, after, min(limit, _MOST_EVENTS))
    return Response(content, media_type="application/json")


@router.websocket("/{run_id}/events")
async def follow_events(websocket: WebSocket, services: Use, run_id: str) -> None:
    """Replays from `after`, then follows; closes with 1000 behind the last event of the run."""
    try:
        after = _after(websocket)
        await services.supervisor.get(run_id)
    except ProblemError as error:
        await websocket.send_denial_response(problem_response(*error.problems))
        return
    if services.websockets.locked():
        problem = Problem(
            code="server.busy",
            message=f"There are {services.settings.websockets} websockets open already.",
            hint="Close some, or raise `LAYERLOOM_WEBSOCKETS`.",
        )
        await websocket.send_denial_response(problem_response(problem))
        return
    async with services.websockets:
        await websocket.accept()
        await _serve(websocket, services, run_id, after)


async def _serve(websocket: WebSocket, services: Services, run_id: str, after: int) -> None:
    """Sends until the run is over, the viewer is gone or too slow, or its session has ended."""
    with services.sessions.watched(websocket.state.session) as ended:
        sending = asyncio.create_task(_send(websocket, services, run_id, after))
        leaving = asyncio.create_task(_leave(websocket))
        ending = asyncio.create_task(ended.wait())
        tasks = (sending, leaving, ending)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    if leaving in done:
        return
    if ending in done:
        await _close(websocket, CLOSED_LOGGED_OUT, "logged out")
        return
    error = sending.exception()
    if error is None:
        await _close(websocket, CLOSED_RUN_OVER, "the run is over")
    elif isinstance(error, TimeoutError):
        await _close(websocket, CLOSED_TOO_SLOW, "too slow; come back with after=")
    elif isinstance(error, ProblemError):
        await _close(websocket, CLOSED_FAILED, error.problems[0].code)
    elif not isinstance(error, WebSocketDisconnect | OSError):
        raise error


async def _send(websocket: WebSocket, services: Services, run_id: str, after: int) -> None:
    async for batch in services.supervisor.follow(run_id, after):
        async with asyncio.timeout(SEND_SECONDS):
            await websocket.send_text(batch.decode())


async def _leave(websocket: WebSocket) -> None:
    """Ends when the viewer goes; whatever it says before is not listened to."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    try:
        async with asyncio.timeout(1):
            await websocket.close(code, reason)
    except (TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        pass  # it is gone already, or will never listen


def _after(websocket: WebSocket) -> int:
    text = websocket.query_params.get("after", "0")
    if text.isascii() and text.isdigit() and len(text) <= 16:
        return int(text)
    raise ProblemError(
        Problem(
            code="request.invalid",
            message=f"`after` is {text[:40]!r}; expected the `seq` of the last event that was seen, or 0.",
            hint="Leave it out to receive every event.",
            field="after",
        )
    )
