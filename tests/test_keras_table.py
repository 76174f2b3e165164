"""The table of what Keras has and what is here is that of today, and gives a reason for everything that is not."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytest.importorskip("keras")
SCRIPT = Path(__file__).parents[1] / "scripts" / "keras_table.py"


def test_the_page_is_what_the_script_writes_today_and_every_no_has_its_reason() -> None:
    spec = importlib.util.spec_from_file_location("keras_table", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    table = importlib.util.module_from_spec(spec)
    sys.modules["keras_table"] = table
    spec.loader.exec_module(table)

    page = table.text()

    assert "no: ?" not in page
    assert page == table.PAGE.read_text(), "run scripts/keras_table.py"
