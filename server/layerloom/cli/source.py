"""Where a command's document comes from: a file, `-` for standard input, or the id of an example."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from layerloom.api.formats import read_document
from layerloom.api.gallery import examples, find_example
from layerloom.document import DataBinding, Document, Limits, Training
from layerloom.problems import Problem, ProblemError
from layerloom.versions import load_document


def open_document(source: str, limits: Limits) -> Document:
    """
    Raises:
        ProblemError: `usage.no_file`, or what is wrong with the document.
    """
    return read_document(_read(source, limits), limits)


def with_values(document: Document, assignments: Sequence[str], limits: Limits) -> Document:
    """`training.fit.epochs=3` and the like laid over a document; a value is JSON, or text where it is none.

    Raises:
        ProblemError: `usage.set` for a path that leads nowhere, or what is wrong with the result.
    """
    if not assignments:
        return document
    data = document.model_dump(mode="json")
    for assignment in assignments:
        _assign(data, assignment)
    return load_document(data, limits)


def with_dataset(document: Document, dataset: str) -> Document:
    """The document with another data set, by its id; how columns are bound stays."""
    training = document.training or Training()
    binding = (training.data or DataBinding()).model_copy(update={"dataset": dataset})
    changed = Training.model_validate(
        {**training.model_dump(), "data": {**binding.model_dump(), "dataset": dataset}}
    )
    return Document.model_validate({**document.model_dump(), "training": changed.model_dump()})


def _read(source: str, limits: Limits) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(limits.document_bytes + 1)
    path = Path(source)
    try:
        with path.open("rb") as file:
            return file.read(limits.document_bytes + 1)
    except OSError as error:
        example = find_example(source)
        if example is not None:
            return example.text
        known = ", ".join(example.id for example in examples())
        raise ProblemError(
            Problem(
                code="usage.no_file",
                message=f"{source!r} can't be read ({error.strerror or error}), and is no example.",
                hint=f"Name a file, `-` for standard input, or an example: {known}.",
            )
        ) from None


def _assign(data: dict[str, Any], assignment: str) -> None:  # Any: JSON
    path, sign, text = assignment.partition("=")
    *parents, last = path.strip().split(".")
    if not sign or not last or not all(parents):
        raise _wrong(assignment, "expected PATH=VALUE, such as `training.fit.epochs=3`")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = text
    place: Any = data  # Any: JSON
    for name in parents:
        place = place.setdefault(name, {}) if isinstance(place, dict) else None
        if place is None:
            break
    if not isinstance(place, dict):
        raise _wrong(assignment, f"`{'.'.join(parents)}` is not an object")
    place[last] = value


def _wrong(assignment: str, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="usage.set",
            message=f"--set {assignment[:200]!r}: {why}.",
            hint="Name a place in the document: `--set training.optimizer.config.learning_rate=0.01`.",
        )
    )
