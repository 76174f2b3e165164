"""Circles and wrappers, against the plainest way to find them; without recursion."""

from hypothesis import given
from hypothesis import strategies as st

from layerloom.graph.circles import circles
from layerloom.graph.wrapping import innermost

NAMES = [f"n{index}" for index in range(7)]


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = set(graph[start])
    while waiting:
        found |= waiting
        waiting = {target for name in waiting for target in graph[name]} - found
    return found


@given(st.fixed_dictionaries({name: st.sets(st.sampled_from(NAMES), max_size=3) for name in NAMES}))
def test_a_circle_holds_exactly_the_names_that_reach_one_another(graph: dict[str, set[str]]) -> None:
    reach = {name: reached(graph, name) for name in NAMES}
    expected = {
        tuple(sorted({name, *(other for other in reach[name] if name in reach[other])}))
        for name in NAMES
        if name in reach[name]
    }

    assert circles(graph) == [list(group) for group in sorted(expected)]


def test_a_circle_of_a_hundred_thousand_is_found_without_recursion() -> None:
    count = 100_000
    graph = {f"n{index:06}": [f"n{(index + 1) % count:06}"] for index in range(count)}

    (group,) = circles(graph)

    assert len(group) == count


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*NAMES, "layer"])))
def test_what_lies_inside_wrappers_is_found_one_wrapper_after_another(wraps: dict[str, str]) -> None:
    found = innermost(dict(wraps))

    assert set(found) == set(wraps)
    for name in wraps:
        inside, count = name, 0
        while inside in wraps and count <= len(wraps):
            inside, count = wraps[inside], count + 1
        if count > len(wraps):
            assert found[name].is_circle
        else:
            assert found[name] == (inside, count)


def test_a_chain_of_a_hundred_thousand_wrappers_is_followed_once() -> None:
    count = 100_000
    found = innermost({f"w{index + 1}": f"w{index}" for index in range(count)})

    assert found[f"w{count}"] == ("w0", count)
