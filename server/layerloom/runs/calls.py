"""One function called in a forked child with limits, for what reads strangers' files or needs torch.

Arguments and result cross as JSON, read by the function's own type annotations (pydantic): nothing is
unpickled, so a child that a hostile file has taken over can't reach back.
"""

import importlib
import inspect
import socket
import traceback
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, get_type_hints

from pydantic import ConfigDict, PydanticUserError, TypeAdapter

from layerloom.problems import Problem, ProblemError
from layerloom.runs import frames, isolation
from layerloom.runs.frames import Frame

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_BYTES_AS_TEXT = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants")


def encode_call(function: Callable[..., object], arguments: tuple[object, ...]) -> Frame:
    """The frame that `main` reads.

    Raises:
        TypeError: the function can't be imported by its name, or has no annotations that JSON can follow.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    if "<" in name or _find(name) is not function:
        raise TypeError(f"{name} can't be imported by its name")
    names = list(inspect.signature(function).bind(*arguments).arguments)
    hints = get_type_hints(function)
    missing = [parameter for parameter in (*names, "return") if parameter not in hints]
    if missing:
        raise TypeError(f"{name} has no annotation for {', '.join(missing)}")
    texts = [
        _adapter(hints[parameter]).dump_json(argument).decode()
        for parameter, argument in zip(names, arguments, strict=True)
    ]
    return {"kind": "call", "function": name, "arguments": texts}


def decode_result(function: Callable[..., Result], frame: Frame) -> Result:
    """What the function returned.

    Raises:
        ProblemError: what it raised.
    """
    if frame["kind"] == "problems":
        raise ProblemError(*(Problem.model_validate(problem) for problem in frame["problems"]))
    result: Result = _adapter(get_type_hints(function)["return"]).validate_json(frame["result"])
    return result


def main(channel: socket.socket) -> None:
    """In the child: read one call, make it, answer."""
    request = frames.receive(channel)
    if request is None:
        return
    if request["memory"]:
        isolation.limit_memory(request["memory"])
    isolation.limit_effort(request["processor_seconds"], request["file_bytes"])
    channel.sendall(frames.encode(_answered(request)))


def main_kept(channel: socket.socket) -> None:
    """In a child that stays: answer calls until the server hangs up. What functions cache lasts as long."""
    is_first = True
    while (request := frames.receive(channel)) is not None:
        if is_first:
            isolation.limit_memory(request["memory"])
            isolation.limit_effort(None, request["file_bytes"])
            is_first = False
        isolation.limit_processor(request["processor_seconds"])
        channel.sendall(frames.encode(_answered(request)))


def _answered(request: Frame) -> Frame:
    """The call's result, or the problems that kept it from having one."""
    try:
        function = _find(request["function"])
        hints = get_type_hints(function)
        names = list(inspect.signature(function).parameters)
        arguments = [
            _adapter(hints[name]).validate_json(text)
            for name, text in zip(names, request["arguments"], strict=False)
        ]
        result = function(*arguments)
        return {"kind": "result", "result": _adapter(hints["return"]).dump_json(result).decode()}
    except ProblemError as error:
        return {
            "kind": "problems",
            "problems": [problem.model_dump(mode="json") for problem in error.problems],
        }
    except MemoryError:
        return _problems(
            "call.out_of_memory", "It needs more memory than it may take.", "Use a smaller file."
        )
    except Exception as error:
        traceback.print_exc()
        return _problems(
            "call.crashed", f"It could not be done: {type(error).__name__}: {one_line(error)}.", ""
        )


def one_line(error: BaseException) -> str:
    """An exception's text on one line, cut short."""
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:297] + "..."


def _problems(code: str, message: str, hint: str) -> Frame:
    return {"kind": "problems", "problems": [{"code": code, "message": message, "hint": hint}]}


def _find(name: str) -> Callable[..., Any]:  # Any: the annotations are looked up at run time
    module, _, qualified = name.partition(":")
    value: Any = importlib.import_module(module)
    for part in qualified.split("."):
        value = getattr(value, part)
    assert callable(value)
    found: Callable[..., Any] = value
    return found


def _adapter(annotation: Any) -> TypeAdapter[Any]:  # Any: whatever the function is annotated with
    try:
        return TypeAdapter(annotation, config=_BYTES_AS_TEXT)
    except PydanticUserError:  # models and dataclasses bring a config of their own
        return TypeAdapter(annotation)
