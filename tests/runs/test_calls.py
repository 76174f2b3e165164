"""Calls: a function in a child with limits; what goes wrong there is a problem here."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from layerloom.problems import ProblemError
from layerloom.runs.calling import Caller
from layerloom.runs.calls import encode_call
from layerloom.runs.forking import ForkServer
from runs import called
from runs.builder import scenario

SECONDS = 30.0


@scenario
async def test_models_dataclasses_and_paths_cross_and_the_work_is_done_elsewhere(forks: ForkServer) -> None:
    answer = await Caller(forks).call(called.answer, (Path("a/b"), called.Point(1.5, None)), SECONDS, None)

    assert isinstance(answer, called.Answer)
    assert (answer.name, answer.point) == ("b", called.Point(3.0, None))
    assert answer.pid != os.getpid()


@scenario
async def test_any_bytes_cross_unchanged(forks: ForkServer) -> None:
    data = bytes(range(256)) * 5000

    assert await Caller(forks).call(called.reverse, (data,), SECONDS, None) == data[::-1]


@scenario
async def test_a_child_has_the_heavy_modules_already(forks: ForkServer) -> None:
    assert await Caller(forks).call(called.loaded, (), SECONDS, None) == ["numpy", "sklearn", "torch"]


@scenario
async def test_problems_come_back_as_they_were(forks: ForkServer) -> None:
    with pytest.raises(ProblemError) as caught:
        await Caller(forks).call(called.refuse, ("n",), SECONDS, None)

    assert [(problem.code, problem.node) for problem in caught.value.problems] == [
        ("a.b", "n"),
        ("c.d", None),
    ]


@scenario
async def test_an_unexpected_error_is_a_problem_on_one_line(forks: ForkServer) -> None:
    with pytest.raises(ProblemError) as caught:
        await Caller(forks).call(called.crash, (), SECONDS, None)

    (problem,) = caught.value.problems
    assert problem.code == "call.crashed"
    assert "ZeroDivisionError: first line second line" in problem.message


@scenario
async def test_a_call_that_takes_too_long_is_ended(forks: ForkServer) -> None:
    began = time.monotonic()

    with pytest.raises(ProblemError) as caught:
        await Caller(forks).call(called.sleep, (60.0,), 0.5, None)

    assert caught.value.problems[0].code == "call.timeout"
    assert time.monotonic() - began < 20


@scenario
async def test_a_call_takes_so_much_memory_and_no_more(forks: ForkServer) -> None:
    megabyte = 1024 * 1024

    with pytest.raises(ProblemError) as caught:
        await Caller(forks).call(called.take_memory, (400,), SECONDS, 100 * megabyte)

    assert caught.value.problems[0].code == "call.out_of_memory"
    assert await Caller(forks).call(called.take_memory, (50,), SECONDS, 100 * megabyte) == 50 * megabyte


@scenario
async def test_a_process_that_vanishes_is_a_problem(forks: ForkServer) -> None:
    with pytest.raises(ProblemError) as caught:
        await Caller(forks).call(called.end, (3,), SECONDS, None)

    assert caught.value.problems[0].code == "call.crashed"
    assert "3" in caught.value.problems[0].message


@scenario
async def test_many_calls_at_one_time_all_come_back(forks: ForkServer) -> None:
    caller = Caller(forks)

    answers = await asyncio.gather(
        *(caller.call(called.reverse, (bytes([n]),), SECONDS, None) for n in range(20))
    )

    assert answers == [bytes([n]) for n in range(20)]


def test_a_function_that_can_not_cross_is_refused_at_once() -> None:
    def inner() -> int:
        return 1

    with pytest.raises(TypeError, match="imported"):
        encode_call(inner, ())
    with pytest.raises(TypeError, match="annotation"):
        encode_call(called.without_annotation, (1,))
