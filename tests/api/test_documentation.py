"""The documentation cannot rot: every call and every kind of event stands in it, and nothing else does."""

import json
import re
from pathlib import Path
from typing import get_args

from layerloom.api.app import describe_api
from layerloom.events import Event

DOCS = Path(__file__).parents[2] / "docs"


def test_the_description_that_the_pages_types_are_made_of_is_current() -> None:
    kept = json.loads((DOCS.parent / "frontend/openapi.json").read_text(encoding="utf-8"))

    assert kept == json.loads(json.dumps(describe_api())), "run `make schema`"


def calls() -> set[str]:
    described = describe_api()["paths"]
    found = {f"{method.upper()} {path}" for path, item in described.items() for method in item}
    return found | {"GET /api/openapi.json", "WS /api/runs/{run_id}/events"}


def test_every_call_is_documented_with_an_example() -> None:
    text = (DOCS / "rest.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### `([A-Z]+ [^`]+)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))

    assert set(sections) == calls()
    for call, section in sections.items():
        assert "```sh\n" in section, call


def test_every_kind_of_event_is_documented_with_its_fields() -> None:
    text = (DOCS / "events.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*)$", text, re.MULTILINE))
    kinds = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(Event)[0])}

    assert set(rows) == set(kinds)
    for name, kind in kinds.items():
        for field in set(kind.model_fields) - {"seq", "kind", "time"}:
            assert f"`{field}`" in rows[name], f"{name}.{field}"
