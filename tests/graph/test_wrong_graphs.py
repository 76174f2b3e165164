"""Each wrong graph gives its problem on the right node, with what was received and expected, and a hint."""

from pathlib import Path

import pytest

from graph.wrong_graphs import CASES, WrongGraph
from layerloom.graph.check import check
from layerloom.versions import load_document

BESIDE = ("back", "call")
"""Nodes that cannot be right while the wrong one is not: the rest of a cycle, the caller of a broken model."""

PAGE = Path(__file__).parents[2] / "docs" / "wrong-graphs.md"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_wrong_graph_is_told_on_its_node_with_received_and_expected_values(case: WrongGraph) -> None:
    problems = check(load_document(case.document())).problems

    found = [problem for problem in problems if problem.node == case.node and problem.code == case.code]
    assert len(found) == 1, problems
    told = f"{found[0].message} {found[0].hint}"
    assert [words for words in case.says if words not in told] == []
    assert found[0].hint.endswith((".", "?"))
    others = [
        problem for problem in problems if problem.is_error and problem.node not in (case.node, *BESIDE)
    ]
    assert others == []


def test_there_are_at_least_forty_kinds_of_them() -> None:
    assert len({case.title for case in CASES}) >= 40


def test_the_page_beside_keras_has_every_case_with_the_message_of_today() -> None:
    page = PAGE.read_text()

    for case in CASES:
        problem = next(
            each
            for each in check(load_document(case.document())).problems
            if (each.node, each.code) == (case.node, case.code)
        )
        assert f"## {case.title}" in page, "run scripts/wrong_graphs.py"
        assert problem.message in page, f"{case.title}: run scripts/wrong_graphs.py"
