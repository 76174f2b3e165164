"""The server in this process, from the socket to the address that opens its page signed in."""

import asyncio
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable

import uvicorn
from rich.markup import escape

from layerloom.api.app import create_app
from layerloom.api.hosts import Address, is_loopback
from layerloom.api.services import Services, open_services, running
from layerloom.api.warm_up import warm_up
from layerloom.cli.console import err, out
from layerloom.problems import Problem, ProblemError
from layerloom.settings import Settings

_EVERYWHERE = ("0.0.0.0", "::", "")
WEBSOCKET_MESSAGE_BYTES = 64 * 1024
"""Viewers have nothing to say."""


def serve_until_stopped(settings: Settings, open_browser: bool) -> None:
    """
    Raises:
        ProblemError: `settings.…` or `store.…`, before anything is served.
    """
    refuse_open_door(settings)
    listener = bind(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    services = open_services(settings)
    address = page_address(services)
    asyncio.run(run(services, listener, lambda: _greet(services, address, open_browser)))


def refuse_open_door(settings: Settings) -> None:
    """A server that others can reach needs a token that somebody chose.

    Raises:
        ProblemError: `settings.token_needed`.
    """
    if is_loopback(settings.host) or settings.token is not None:
        return
    raise ProblemError(
        Problem(
            code="settings.token_needed",
            message=f"Listening on {settings.host!r} lets other machines in; `LAYERLOOM_TOKEN` is not set.",
            hint="Set LAYERLOOM_TOKEN to a long random text, or listen on 127.0.0.1.",
        )
    )


def bind(settings: Settings) -> socket.socket:
    """
    Raises:
        ProblemError: `settings.address`, where the address is not ours or the port is taken.
    """
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches off delays between small packets (TCP_NODELAY).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ProblemError(
            Problem(
                code="settings.address",
                message=f"Cannot listen on {host}:{settings.port}: {error.strerror or error}.",
                hint="Choose another port with --port, or stop the program that holds this one.",
            )
        ) from None
    listener.setblocking(False)
    return listener


async def run(services: Services, listener: socket.socket, started: Callable[[], None]) -> None:
    """Serves until a signal ends it; then lets requests finish, closes websockets (1012) and workers.

    Raises:
        ProblemError: `store.in_use`.
    """
    config = uvicorn.Config(
        create_app(services=services),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http="h11",
        ws="websockets-sansio",
        ws_max_size=WEBSOCKET_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=64 * 1024,
        timeout_graceful_shutdown=services.settings.shutdown_seconds,
        lifespan="off",
    )
    async with running(services):
        # uvicorn raises the signal that ended it once more; what it finds then makes the exit a clean one.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: None)
        warming = asyncio.create_task(warm_up(services))
        await _Server(config, started).serve(sockets=[listener])
        await warming


class _Server(uvicorn.Server):
    """Says when it can be reached."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._say_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say_started()


def page_address(services: Services) -> str:
    """With a one-time ticket in the fragment, which no server and no log ever sees."""
    settings = services.settings
    host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host.strip("[]")
    origin = Address("http", host, settings.port).origin
    return f"{origin}/#t={services.sessions.new_ticket()}"


def _greet(services: Services, address: str, open_browser: bool) -> None:
    settings = services.settings
    out.print(f"Layerloom is ready: [bold]{escape(address)}[/]", soft_wrap=True)
    out.print("[dim]The address works once; `layerloom token` shows the token for signing in again.[/]")
    if settings.host in _EVERYWHERE and not settings.allowed_hosts:
        err.print(
            "[yellow]Other machines are refused until LAYERLOOM_ALLOWED_HOSTS names this one, "
            "such as lab.example.org.[/]"
        )
    sys.stdout.flush()
    if open_browser:
        webbrowser.open(address)
