"""What routes work with: settings, store, supervisor and sessions of one running server."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from layerloom.api.sessions import Sessions
from layerloom.settings import Settings


@dataclass(frozen=True)
class Services:
    """Made once by `create_app`; routes receive it as a parameter of type `Use`."""

    settings: Settings
    sessions: Sessions
    cookie: str


def _services(connection: HTTPConnection) -> Services:
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services


Use = Annotated[Services, Depends(_services)]
