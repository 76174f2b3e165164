"""Functions that tests have called in a child."""

import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from layerloom.problems import Problem, ProblemError


@dataclass
class Point:
    x: float
    y: float | None


class Answer(BaseModel):
    name: str
    point: Point
    pid: int


def answer(path: Path, point: Point, factor: int = 2) -> Answer:
    return Answer(name=path.name, point=Point(point.x * factor, point.y), pid=os.getpid())


def reverse(data: bytes) -> bytes:
    return data[::-1]


def refuse(node: str) -> None:
    raise ProblemError(
        Problem(code="a.b", message="m", hint="h", node=node), Problem(code="c.d", message="m")
    )


def crash() -> None:
    raise ZeroDivisionError("first line\nsecond line")


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def take_memory(megabytes: int) -> int:
    return len(bytearray(megabytes * 1024 * 1024))


def end(code: int) -> None:
    os._exit(code)


def loaded() -> list[str]:
    return sorted({"torch", "sklearn", "numpy"} & set(sys.modules))


def without_annotation(value) -> int:  # type: ignore[no-untyped-def]  # that is the point
    return int(value)


_kept: list[str] = []


def remember(word: str) -> list[str]:
    """The words of all calls in this process, after its pid."""
    _kept.append(word)
    return [str(os.getpid()), *_kept]


def processor_limit(burn: float) -> int:
    """Seconds of processor time after which this process would be ended, once it has used so many."""
    until = time.process_time() + burn
    while time.process_time() < until:
        pass
    return resource.getrlimit(resource.RLIMIT_CPU)[0]
