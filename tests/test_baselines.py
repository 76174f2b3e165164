"""The table that compares the examples with scikit-learn: whole, and no example behind it."""

import re
from pathlib import Path

from benchmarks.baselines import contests, ours, theirs

from layerloom.data.datasets import load

TABLE = (Path(__file__).parents[1] / "docs" / "baselines.md").read_text(encoding="utf-8")


def test_no_example_is_behind_scikit_learn() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|.*?\| ([\d.]+) \(.*?\| (-?[\d.]+) \(", TABLE, re.MULTILINE)

    assert [name for name, _, _ in rows] == [contest.example for contest in contests()]
    for name, mine, peer in rows:
        assert float(mine) >= float(peer), name


def test_both_are_scored_on_rows_that_are_kept_back() -> None:
    wine = next(contest for contest in contests() if contest.example == "wine")
    table = load("wine")

    assert ours(wine, table, 140) > 0.9
    assert theirs(wine, table, 140) > 0.9
