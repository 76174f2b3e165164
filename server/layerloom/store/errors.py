"""The ways in which storing fails, as a tree; each carries problems that may be shown to a person.

ProblemError
├── NotFound           no such project, run, data set, …
├── VersionConflict    somebody else saved in between
├── StoreUnavailable   nothing was stored: busy, disk full, or failed for good
└── StoreRefused       the store can't be opened: damaged, newer, in use
"""

from layerloom.problems import Problem, ProblemError


class NotFound(ProblemError):
    """There is no such thing; the code is `<noun>.unknown`."""

    def __init__(self, noun: str, identifier: str) -> None:
        self.noun, self.identifier = noun, identifier
        super().__init__(
            Problem(
                code=f"{noun}.unknown",
                message=f"There is no {noun} `{identifier[:80]}`.",
                hint="It may have been deleted; look at the list again.",
            )
        )

    def __reduce__(self) -> tuple[type["NotFound"], tuple[str, str]]:  # type: ignore[override]  # own arguments
        return NotFound, (self.noun, self.identifier)


class VersionConflict(ProblemError):
    """The project has another version than the one that the change was based on."""

    def __init__(self, project: str, expected: int, current: int) -> None:
        self.project, self.expected, self.current = project, expected, current
        super().__init__(
            Problem(
                code="project.conflict",
                message=f"The project was saved elsewhere: your change is based on version {expected}, "
                f"the server has version {current}.",
                hint="Reload the project, or save your copy under another name.",
            )
        )

    def __reduce__(self) -> tuple[type["VersionConflict"], tuple[str, int, int]]:  # type: ignore[override]  # own arguments
        return VersionConflict, (self.project, self.expected, self.current)


class StoreUnavailable(ProblemError):
    """Nothing was stored. Codes: `store.busy`, `store.full` (try again), `store.failed` (restart needed)."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(Problem(code=code, message=message, hint=hint))

    def __reduce__(self) -> tuple[type["StoreUnavailable"], tuple[str, str, str]]:  # type: ignore[override]  # own arguments
        problem = self.problems[0]
        return StoreUnavailable, (problem.code, problem.message, problem.hint)


class StoreRefused(ProblemError):
    """The store is not opened, and left as it is. Codes: `store.damaged`, `store.newer`, `store.in_use`."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(Problem(code=code, message=message, hint=hint))

    def __reduce__(self) -> tuple[type["StoreRefused"], tuple[str, str, str]]:  # type: ignore[override]  # own arguments
        problem = self.problems[0]
        return StoreRefused, (problem.code, problem.message, problem.hint)
