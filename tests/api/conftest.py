"""A client per question: signed in by token, by cookie, or a stranger."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from layerloom.api.app import create_app
from layerloom.settings import Settings

TOKEN = "a-token-for-tests-0123456789"
BASE = "http://127.0.0.1:8420"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"), token=TOKEN)


@pytest.fixture(scope="session")
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture(scope="session")
def running(app: FastAPI) -> Iterator[TestClient]:
    """The application with its lifespan; asks nothing itself."""
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def stranger(running: TestClient, app: FastAPI) -> TestClient:
    """Has neither token nor cookie."""
    return _client(app, running)


@pytest.fixture
def owner(running: TestClient, app: FastAPI) -> TestClient:
    """Sends the token with every request."""
    client = _client(app, running)
    client.headers.update(BEARER)
    return client


@pytest.fixture
def browser(running: TestClient, app: FastAPI) -> TestClient:
    """Signed in by cookie, with the headers that a browser adds."""
    client = _client(app, running)
    client.headers.update({"Origin": BASE, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"})
    answer = client.post("/api/session", json={"token": TOKEN})
    assert answer.status_code == 201, answer.text
    return client


def _client(app: FastAPI, running: TestClient) -> TestClient:
    """Another client of the same running application, in the same event loop."""
    client = TestClient(app, base_url=BASE, raise_server_exceptions=False)
    client.portal = running.portal
    client.headers.pop("user-agent", None)
    return client
