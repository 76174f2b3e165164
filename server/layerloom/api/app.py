"""`create_app`: settings → the whole ASGI application, guards outside, routes inside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from layerloom.api import contract, errors, health, session
from layerloom.api.access import Access
from layerloom.api.bodies import BodyLimits
from layerloom.api.errors import JSON, Failures
from layerloom.api.headers import SecurityHeaders
from layerloom.api.hosts import allowed_hosts
from layerloom.api.page import Page
from layerloom.api.services import Services
from layerloom.api.sessions import FolderSessions, Sessions, kept_token
from layerloom.settings import Settings

ROUTERS = (health.router, session.router)


def create_app(settings: Settings) -> FastAPI:
    """The application; what it starts and stops with its lifespan is in `Services`.

    Raises:
        ProblemError: `settings.invalid`, for a setting that cannot be used.
    """
    token = settings.token.get_secret_value() if settings.token else kept_token(settings.data_dir)
    sessions = Sessions(token, FolderSessions(settings.data_dir))
    services = Services(settings=settings, sessions=sessions, cookie=f"layerloom_{settings.port}")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield

    app = FastAPI(
        title="Layerloom",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        default_response_class=JSON,
        generate_unique_id_function=contract.operation_id,
    )
    app.state.services = services
    for router in ROUTERS:
        app.include_router(router, prefix="/api")
    app.router.default = Page()
    errors.install(app)

    # The last one added is the outermost.
    limits = settings.limits
    app.add_middleware(BodyLimits, document_bytes=limits.document_bytes, upload_bytes=settings.upload_bytes)
    app.add_middleware(
        Access,
        hosts=allowed_hosts(settings.host, settings.port, settings.allowed_hosts),
        sessions=sessions,
        cookie=services.cookie,
    )
    app.add_middleware(Failures)
    app.add_middleware(SecurityHeaders)
    return app


def describe_api() -> dict[str, object]:
    """The OpenAPI document, without a server."""
    app = FastAPI(openapi_url=None, generate_unique_id_function=contract.operation_id)
    for router in ROUTERS:
        app.include_router(router, prefix="/api")
    return contract.openapi(app)
