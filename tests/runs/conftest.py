"""One fork server for all tests of this folder: warming one up takes seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from layerloom.runs.forking import ForkServer
from runs.builder import RUNNER


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    async def make() -> ForkServer:
        return ForkServer()

    server = RUNNER.run(make())
    yield server
    RUNNER.run(server.close())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"
