"""What a request may begin a run with, among what the runs of this server have left. No torch; blocks on the disk."""

from dataclasses import replace

from layerloom.document import Document, Limits
from layerloom.problems import Problem, ProblemError
from layerloom.runs.folder import Folder
from layerloom.runs.preparation import Preparation
from layerloom.runs.starting import Left, check_continuation, left_in
from layerloom.runs.submission import Start
from layerloom.runs.warm_start import WeightStart, compare
from layerloom.store import NotFound

_NO_LIMIT = 2**40
"""An earlier run's document was read once, in fewer bytes than its canonical text has."""


class Starts:
    """Finds them by a run's id, or `id/name` for a checkpoint. Whether there is such a run, the caller has asked."""

    def __init__(self, folder: Folder, limits: Limits) -> None:
        self._folder, self._limits = folder, limits

    def find(
        self, preparation: Preparation, continues: str | None, warm_start: str | None
    ) -> tuple[Left | None, Start]:
        """Where the run begins, and what becomes of that in its journal.

        Raises:
            ProblemError: `run.state` or `artifact.unknown` where there is nothing, `run.continue` where the document
                does not fit, `request.invalid` where both were asked for.
        """
        if continues is not None and warm_start is not None:
            raise ProblemError(_TWO_STARTS)
        run = continues or warm_start
        if preparation.plan is None or run is None:
            return None, Start()
        left = self._left_by(run)
        if continues is None:
            return left, Start({"warm_start": run})
        record = check_continuation(preparation, left)
        return left, Start({"continues": run}, record["seed"])

    def compare(self, document: Document, run: str) -> list[WeightStart]:
        """What would become of each weight. Raises `ProblemError` as `find` does."""
        left = self._left_by(run)
        earlier = left.read_document(replace(self._limits, document_bytes=_NO_LIMIT))
        return compare(document, earlier, left.weights, self._limits)

    def _left_by(self, run: str) -> Left:
        run_id, _, name = run.partition("/")
        if name and f"{name}.safetensors" not in self._folder.artifacts(run_id):
            raise NotFound("artifact", f"{name}.safetensors")
        left = left_in(self._folder.run(run_id), name or None)
        if left is None:
            raise ProblemError(
                Problem(
                    code="run.state",
                    message="The run has left nothing to begin with: it has not ended, or it failed.",
                    hint="Wait until it has finished, or stop it: what it has learned is then kept.",
                )
            )
        return left


_TWO_STARTS = Problem(
    code="request.invalid",
    message="A run begins either with the state of another (`continues`) or with its weights (`warm_start`).",
    hint="Send one of the two.",
    field="warm_start",
)
