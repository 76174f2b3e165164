"""A problem: one thing wrong with what a user gave us, where it is, and how to mend it.

Problems are collected and returned, never raised half-way: an editor shows all of them at once,
each on its node. `ProblemError` carries them across a boundary that can only raise.
"""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Problem(BaseModel):
    """One thing wrong, on its node, with a hint.

    `code` is dotted and stable (`shape.mismatch`); `message` says what is wrong with the values that
    were received and what was expected; `hint` says how to mend it.
    """

    model_config = ConfigDict(frozen=True)

    code: str = Field(description="Dotted and stable, such as `shape.mismatch`.")
    severity: Severity = Severity.ERROR
    message: str = Field(description="What is wrong, with received and expected values.")
    hint: str = Field(default="", description="How to mend it.")
    model: str | None = Field(default=None, description="Id of the model in the document.")
    node: str | None = Field(default=None, description="Id of the node in that model.")
    port: str | None = Field(default=None, description="Port of that node.")
    field: str | None = Field(
        default=None, description="Config field, or path into the document, such as `training.fit.epochs`."
    )

    def at(self, *, model: str | None = None, node: str | None = None) -> "Problem":
        """The same problem with its place filled in where it was not known yet."""
        return self.model_copy(update={"model": self.model or model, "node": self.node or node})

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


class ProblemError(Exception):
    """Carries problems to the nearest boundary (API, command line, library call), which shows them all."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in problems))

    def __reduce__(self) -> tuple[type["ProblemError"], tuple[Problem, ...]]:
        return ProblemError, self.problems


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that keep a document from being built."""
    return [problem for problem in problems if problem.is_error]
