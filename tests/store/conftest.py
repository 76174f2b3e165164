"""A store for each test: SQLite in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from layerloom.store import Store


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "data" / "layerloom.db"


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    with Store(place) as opened:
        yield opened
