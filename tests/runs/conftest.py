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

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))  # children find `runs.called`
        server = RUNNER.run(make())
        yield server
        RUNNER.run(server.close())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"
