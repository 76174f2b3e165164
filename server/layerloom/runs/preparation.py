"""All that can be known of a document before it trains, without torch and without reading a row of data."""

from dataclasses import dataclass
from typing import Any

from layerloom.data.dataset import Dataset
from layerloom.document import Document
from layerloom.graph.check import CheckResult
from layerloom.graph.plan import Plan
from layerloom.problems import Problem, errors


@dataclass(frozen=True, slots=True)
class Preparation:
    """`plan` is there where the document can be trained as it is."""

    document: Document
    check: CheckResult
    problems: tuple[Problem, ...]
    plan: Plan | None = None
    dataset: Dataset | None = None

    @property
    def ok(self) -> bool:
        return not errors(self.problems)

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        """The check's JSON, with the problems of training and data among the others."""
        problems = [problem.model_dump(mode="json", exclude_none=True) for problem in self.problems]
        return {**self.check.to_json(), "ok": self.ok, "problems": problems}
