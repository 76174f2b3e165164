"""Problems as they are found: no more than a person can read, and suggestions only while they cost little.

A document of ten thousand wrong nodes is answered as fast as a right one.
"""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from layerloom.problems import Problem, Severity

MOST_SHOWN = 1_000
"""Problems of one severity that one check tells one by one."""
_MOST_WORDS = 20_000
"""Words that one check compares to find what was meant; a comparison takes some microseconds."""


@dataclass(slots=True)
class Findings:
    """All problems of one check, in the order in which they were found."""

    shown: dict[Problem, None] = field(default_factory=dict)
    counts: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(Severity, 0))
    words_left: int = _MOST_WORDS

    def add(self, problem: Problem) -> None:
        if problem in self.shown:
            return
        self.counts[problem.severity] += 1
        if self.counts[problem.severity] <= MOST_SHOWN:
            self.shown[problem] = None

    def nearest(self, word: str, words: Collection[str]) -> str | None:
        """The word that was probably meant; None where there is none, or where too many were compared."""
        if len(words) > self.words_left:
            return None
        self.words_left -= len(words)
        by_lower = {each.lower(): each for each in words}
        found = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
        return by_lower[found[0]] if found else None

    def all(self) -> tuple[Problem, ...]:
        """The problems, and one that says how many more there are."""
        more = [
            Problem(
                code="problems.more",
                severity=severity,
                message=f"{count - MOST_SHOWN:,} more {severity}s were found; the first {MOST_SHOWN:,} are listed.",
                hint="Mend those that are listed; the others are listed then.",
            )
            for severity, count in self.counts.items()
            if count > MOST_SHOWN
        ]
        return (*self.shown, *more)


def listed_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, no more than can be read."""
    findings = Findings()
    for problem in problems:
        findings.add(problem)
    return findings.all()


@dataclass(frozen=True, slots=True)
class Report:
    """Takes the problems of one model: `report("port.missing", "…", "Connect …", node="merge")`."""

    findings: Findings
    model: str

    def __call__(
        self,
        code: str,
        message: str,
        hint: str,
        *,
        node: str | None = None,
        port: str | None = None,
        field: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        self.findings.add(
            Problem(
                code=code,
                severity=severity,
                message=message,
                hint=hint,
                model=self.model,
                node=node,
                port=port,
                field=field,
            )
        )

    @property
    def is_full(self) -> bool:
        """No further error will be listed, so there is no need to look for all of them."""
        return self.findings.counts[Severity.ERROR] > MOST_SHOWN

    def meant(self, word: str, words: Collection[str], otherwise: str) -> str:
        """A hint: "Did you mean `dense`?", or another where no word is near."""
        found = self.findings.nearest(word, words)
        return f"Did you mean `{found}`?" if found else otherwise


def some(names: Collection[str], most: int = 6) -> str:
    """`a`, `b`, … : as many names as fit a sentence."""
    shown = ", ".join(f"`{name}`" for name, _ in zip(names, range(most), strict=False))
    return shown + (", …" if len(names) > most else "")
