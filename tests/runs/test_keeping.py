"""Children that stay: one a key, a few at one time, gone when idle, and replaced when they die."""

import asyncio
import os
import signal

import pytest

from layerloom.problems import ProblemError
from layerloom.runs.forking import ForkServer
from layerloom.runs.keeping import Keeper
from runs import called
from runs.builder import scenario

SECONDS = 30.0


async def said(keeper: Keeper, key: str, word: str) -> tuple[int, list[str]]:
    pid, *words = await keeper.call(key, called.remember, (word,), SECONDS)
    return int(pid), words


@scenario
async def test_a_key_has_one_child_that_remembers_and_no_other_key_sees_it(forks: ForkServer) -> None:
    keeper = Keeper(forks)
    first = [await said(keeper, "a", "one"), await said(keeper, "a", "two")]
    other = await said(keeper, "b", "three")

    assert first[0][0] == first[1][0] != other[0]
    assert first[1][1] == ["one", "two"]
    assert other[1] == ["three"]
    keeper.close()


@scenario
async def test_calls_of_one_key_at_one_time_wait_for_each_other(forks: ForkServer) -> None:
    keeper = Keeper(forks)
    answers = await asyncio.gather(*(said(keeper, "a", str(n)) for n in range(20)))

    assert len({pid for pid, _ in answers}) == 1
    assert sorted(len(words) for _, words in answers) == list(range(1, 21))
    keeper.close()


@scenario
async def test_whoever_was_not_asked_for_longest_makes_room(forks: ForkServer) -> None:
    keeper = Keeper(forks, most=2)
    await said(keeper, "a", "1")
    await said(keeper, "b", "1")
    await said(keeper, "a", "2")
    await said(keeper, "c", "1")

    assert keeper.keys == ("a", "c")
    assert (await said(keeper, "a", "3"))[1] == ["1", "2", "3"]
    assert (await said(keeper, "b", "2"))[1] == ["2"], "a new child"
    answers = await asyncio.gather(*(said(keeper, key, "x") for key in "abcdefgh"))
    assert len({pid for pid, _ in answers}) == 8
    assert len(keeper.keys) <= 2
    keeper.close()


@scenario
async def test_a_child_that_died_or_took_too_long_is_replaced(forks: ForkServer) -> None:
    keeper = Keeper(forks)
    pid, _ = await said(keeper, "a", "1")
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ProblemError) as crashed:
        await keeper.call("a", called.end, (3,), SECONDS)
    with pytest.raises(ProblemError) as slow:
        await keeper.call("a", called.sleep, (60.0,), 0.3)
    with pytest.raises(ProblemError) as refused:
        await keeper.call("a", called.refuse, ("n",), SECONDS)
    again, words = await said(keeper, "a", "2")

    assert crashed.value.problems[0].code == "call.crashed"
    assert slow.value.problems[0].code == "call.timeout"
    assert [problem.code for problem in refused.value.problems] == ["a.b", "c.d"]
    assert again != pid
    assert words == ["2"]
    keeper.close()


@scenario
async def test_an_answer_that_nobody_waits_for_is_not_given_to_the_next_call(forks: ForkServer) -> None:
    keeper = Keeper(forks)
    await said(keeper, "a", "1")
    lost = asyncio.create_task(keeper.call("a", called.sleep, (0.3,), SECONDS))
    await asyncio.sleep(0.1)
    lost.cancel()

    assert (await said(keeper, "a", "2"))[1] == ["2"]
    keeper.close()


@scenario
async def test_an_idle_child_ends_and_so_does_one_that_is_forgotten(forks: ForkServer) -> None:
    keeper = Keeper(forks, idle_seconds=0.1)
    pid, _ = await said(keeper, "a", "1")
    await asyncio.sleep(0.3)
    assert keeper.keys == ()
    await said(keeper, "b", "1")
    keeper.forget("b")

    assert keeper.keys == ()
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("the child is still there")
    keeper.close()


@scenario
async def test_memory_and_processor_are_limited_for_each_call_anew(forks: ForkServer) -> None:
    keeper = Keeper(forks)
    with pytest.raises(ProblemError) as caught:
        await keeper.call("a", called.take_memory, (5000,), SECONDS)
    limits = [await keeper.call("a", called.processor_limit, (0.6,), SECONDS) for _ in range(3)]

    assert caught.value.problems[0].code == "call.out_of_memory"
    assert SECONDS < limits[0] < limits[2] <= SECONDS + 10, "what was used before does not count"
    keeper.close()
