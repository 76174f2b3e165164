"""Where an imported model's nodes stand: nothing hides an edge, nothing overlaps."""

from itertools import pairwise
from time import perf_counter

from layerloom.exchange.keras.layout import COLUMN, places

WIDTH, HEIGHT = 176, 48


def test_a_skip_connection_is_not_hidden_behind_what_it_skips() -> None:
    at = places({"start": [], "one": ["start"], "two": ["one"], "sum": ["two", "start"], "end": ["sum"]})

    line = (at["start"][1] + at["sum"][1]) / 2 + HEIGHT / 2
    for skipped in ("one", "two"):
        assert not at[skipped][1] <= line <= at[skipped][1] + HEIGHT


def test_columns_go_with_the_data_and_leave_room_for_shapes() -> None:
    sources = {"a": [], "b": [], "c": ["a", "b"], "d": ["c"], "late": [], "e": ["d", "late"]}

    at = places(sources)

    for node, read in sources.items():
        for each in read:
            assert at[node][0] - at[each][0] >= COLUMN > WIDTH + 100
    assert at["late"][0] == at["d"][0]


def test_nodes_with_many_ports_have_room() -> None:
    sources = {"x": [], **{f"branch_{n}": ["x"] for n in range(4)}}

    at = places(sources, {f"branch_{n}": 6 for n in range(4)})

    tops = sorted(y for node, (_, y) in at.items() if node != "x")
    assert all(below - above > HEIGHT + 6 * 22 for above, below in pairwise(tops))


def test_a_circle_in_a_broken_file_still_gets_places() -> None:
    assert set(places({"a": ["b"], "b": ["a"], "c": ["b"]})) == {"a", "b", "c"}


def test_a_large_graph_in_which_everything_reads_everything_before_is_laid_out_at_once() -> None:
    sources = {f"n{end}": [f"n{start}" for start in range(max(0, end - 300), end)] for end in range(1200)}

    started = perf_counter()
    at = places(sources)

    assert len(at) == 1200
    assert perf_counter() - started < 10
