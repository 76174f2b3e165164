"""Documents that once went wrong, or that are known to be hard, with what the check says of each.

A fixed bug leaves its document in `documents/`, and why in its `.expected.json`.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from layerloom.document import to_text
from layerloom.graph.build import build
from layerloom.graph.check import check
from layerloom.graph.plan import plan
from layerloom.versions import load_document

FOLDER = Path(__file__).parent / "documents"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if not path.stem.endswith(".expected"))


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def expected(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.expected.json").read_text("utf-8"))


def test_the_corpus_is_there() -> None:
    assert len(NAMES) >= 10


def test_each_document_has_the_problems_that_are_written_beside_it(name: str) -> None:
    result = check(load_document((FOLDER / f"{name}.json").read_bytes()))

    found = sorted([p.code, p.severity.value, p.model or "", p.node or ""] for p in result.problems)

    assert found == [[part or "" for part in problem] for problem in expected(name)["problems"]]
    assert all(problem.hint for problem in result.problems)


def test_a_plan_is_refused_exactly_where_the_check_finds_an_error(name: str) -> None:
    result = check(load_document((FOLDER / f"{name}.json").read_bytes()))

    planned = plan(result.inferred)

    assert bool(planned.problems) == (not result.ok)
    if result.ok:
        tensors = [torch.rand(2, *(size or 3 for size in spec.shape[1:])) for spec in planned.inputs.values()]
        outputs = build(planned, 1)(*tensors)
        assert [tuple(output.shape[1:]) for output in outputs] == [
            spec.shape[1:] for spec in planned.outputs.values()
        ]


def test_each_document_is_canonical_and_says_why_it_is_here(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text("utf-8")

    assert to_text(load_document(text.encode())) == text
    assert expected(name)["why"]
