"""`create_app`: settings → the whole ASGI application, guards outside, routes inside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import Lifespan

from layerloom.api import (
    artifacts,
    before_training,
    check,
    contract,
    datasets,
    errors,
    events,
    examples,
    export,
    health,
    import_,
    importing,
    layers,
    learned,
    openapi,
    projects,
    proposals,
    runs,
    session,
    uploads,
)
from layerloom.api.access import Access
from layerloom.api.bodies import BodyLimits
from layerloom.api.errors import JSON, Failures
from layerloom.api.headers import SecurityHeaders
from layerloom.api.methods import HeadAsGet
from layerloom.api.page import Page
from layerloom.api.services import Services, open_services, running
from layerloom.settings import Settings, load_settings

ROUTERS = tuple(
    module.router
    for module in (
        health, session, layers, check, export, import_, examples, projects, proposals, datasets, importing, uploads,
        runs, events, learned, artifacts, before_training, openapi,
    )
)  # fmt: skip


def create_app(settings: Settings | None = None, services: Services | None = None) -> FastAPI:
    """The application over services that run already; without them it opens and runs its own.

    Raises:
        ProblemError: a setting cannot be used, or the store cannot be opened.
    """
    if services is None:
        services = open_services(settings or load_settings())
        app = _routed(_lifespan(services))
    else:
        app = _routed()
    app.state.services = services
    app.router.default = Page()
    errors.install(app)

    # The last one added is the outermost.
    limits = services.limits
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        BodyLimits, document_bytes=limits.document_bytes, upload_bytes=services.settings.upload_bytes
    )
    app.add_middleware(Access, hosts=services.hosts, sessions=services.sessions, cookie=services.cookie)
    app.add_middleware(Failures)
    app.add_middleware(SecurityHeaders)
    return app


def describe_api() -> dict[str, Any]:  # Any: an OpenAPI document
    """The OpenAPI document, without a server."""
    return contract.openapi(_routed())


def _lifespan(services: Services) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(services):
            yield

    return lifespan


def _routed(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        default_response_class=JSON,
        generate_unique_id_function=contract.operation_id,
    )
    for router in ROUTERS:
        app.include_router(router, prefix="/api")
    return app
