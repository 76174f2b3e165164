"""What routes work with: settings, store, supervisor and sessions of one running server."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from layerloom.api.hosts import AllowedHosts, allowed_hosts
from layerloom.api.reading import remove_leftovers
from layerloom.api.sessions import FolderSessions, Sessions, kept_token
from layerloom.document import Limits
from layerloom.problems import Problem, ProblemError
from layerloom.runs.supervisor import Supervisor
from layerloom.settings import Settings
from layerloom.store import Store
from layerloom.store.incoming import Incoming

log = logging.getLogger(__name__)

CHECKS_AT_ONCE = 2


@dataclass(frozen=True)
class Services:
    """Made once by `open_services`; routes receive it as a parameter of type `Use`."""

    settings: Settings
    store: Store
    supervisor: Supervisor
    sessions: Sessions
    hosts: AllowedHosts
    checks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CHECKS_AT_ONCE))
    imports: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One file is read at one time: a second one waits, so that memory and the places for other calls stay free."""
    websockets: asyncio.Semaphore = field(init=False)
    incoming: Incoming = field(init=False)
    _arriving: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        object.__setattr__(self, "incoming", Incoming(self.settings.data_dir / "uploads"))
        object.__setattr__(self, "websockets", asyncio.Semaphore(self.settings.websockets))

    @property
    def limits(self) -> Limits:
        return self.settings.limits

    @property
    def datasets_dir(self) -> Path:
        """Where uploaded data sets lie; workers read them there."""
        return self.settings.data_dir / "datasets"

    @property
    def weights_dir(self) -> Path:
        """Where weights are kept by the hash of their content."""
        return self.settings.data_dir / "weights"

    def is_arriving(self, upload_id: str) -> bool:
        return upload_id in self._arriving

    @contextmanager
    def arriving(self, upload_id: str) -> Iterator[None]:
        """Only one connection at a time sends parts of an upload.

        Raises:
            ProblemError: `upload.busy`.
        """
        if upload_id in self._arriving:
            raise ProblemError(
                Problem(
                    code="upload.busy",
                    message="Another connection sends a part of this upload, or it is being read.",
                    hint="Ask `GET /api/uploads/{id}` in a moment where to go on.",
                )
            )
        self._arriving.add(upload_id)
        try:
            yield
        finally:
            self._arriving.discard(upload_id)

    @property
    def cookie(self) -> str:
        """Named by the port, for cookies do not know ports and two servers may run on one machine."""
        return f"layerloom_{self.settings.port}"


def open_services(settings: Settings) -> Services:
    """Opens the data folder: token, sessions, store. `running` starts the supervisor.

    Raises:
        ProblemError: `settings.invalid`, or `store.…` where the store cannot be opened.
    """
    hosts = allowed_hosts(settings.host, settings.allowed_hosts)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = settings.token.get_secret_value() if settings.token else kept_token(settings.data_dir)
    url = settings.database_url.get_secret_value() if settings.database_url else None
    store = Store(url or settings.data_dir / "layerloom.db")
    supervisor = Supervisor(
        store,
        settings.data_dir,
        limits=settings.limits,
        concurrent_runs=settings.concurrent_runs,
        queued_runs=settings.queued_runs,
    )
    sessions = Sessions(token, FolderSessions(settings.data_dir))
    return Services(settings=settings, store=store, supervisor=supervisor, sessions=sessions, hosts=hosts)


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """The supervisor at work; closes it and the store behind.

    Raises:
        ProblemError: `store.in_use`, when another server works in this data folder.
    """
    try:
        await services.supervisor.start()
        sweeping = asyncio.create_task(_sweep(services, time.time()))
        try:
            yield
        finally:
            sweeping.cancel()
            await services.supervisor.close()
    finally:
        await asyncio.to_thread(services.store.close)


async def _sweep(services: Services, started: float) -> None:
    """Behind the start, for it waits for the first worker; what it cannot remove waits for the next start."""
    await asyncio.to_thread(services.incoming.sweep, started)
    try:
        await services.supervisor.call(remove_leftovers, services.datasets_dir, started)
    except ProblemError as error:
        log.warning("leftovers of uploads stay: %s", error)


def _services(connection: HTTPConnection) -> Services:
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services


Use = Annotated[Services, Depends(_services)]
