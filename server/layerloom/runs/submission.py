"""What becomes of a document that is to be trained: seeded, then written down as a run in one transaction."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from layerloom.document import Document, to_text
from layerloom.problems import Problem, ProblemError
from layerloom.runs.journal import numbered
from layerloom.runs.preparation import Preparation
from layerloom.store import Store
from layerloom.store.ids import new_id


@dataclass(frozen=True, slots=True)
class Start:
    """What the request says about where a run begins (`continues`, `warm_start`), and the seed that goes with it."""

    said: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None


class Submission:
    """`write` puts the run into the store; `run_id` is the new run's, if it becomes one.

    Raises:
        ProblemError: the document can't be trained.
    """

    def __init__(
        self, store: Store, preparation: Preparation, project: str | None, key: str | None, start: Start
    ) -> None:
        training = preparation.document.training
        if preparation.plan is None or training is None:
            raise ProblemError(*preparation.blocking)
        self.run_id = new_id()
        self._store, self._project, self._key = store, project, key
        said = to_text(preparation.document) + "".join(f"\n{item}" for item in start.said.items())
        self._request = hashlib.sha256(said.encode()).hexdigest()
        self._document = _with_seed(preparation.document, start.seed)
        self._start = start
        self._outputs = tuple(sorted(preparation.plan.outputs))
        self._epochs = training.fit.epochs

    def write(self, connection: Connection, is_full: Callable[[], bool], most: int) -> str:
        """The id of the run that this request stands for: the new one, or the one of an earlier same request.

        Raises:
            ProblemError: `run.idempotency` or `run.queue_full`.
        """
        runs = self._store.runs
        if self._key is not None:
            earlier = runs.find_key_in(connection, self._key, self._request)
            if earlier is not None:
                return earlier
        if is_full():
            raise _queue_full(most)
        runs.add_in(
            connection,
            run_id=self.run_id,
            name=self._document.name,
            project=self._project,
            document=to_text(self._document),
            outputs=self._outputs,
            epochs=self._epochs,
        )
        self._store.events.append_in(
            connection, self.run_id, 0, [numbered(1, {"kind": "run_queued", **self._start.said})]
        )
        if self._key is not None:
            runs.keep_key_in(connection, self._key, self._request, self.run_id)
        return self.run_id


def _with_seed(document: Document, known: int | None) -> Document:
    """The document with a seed, the known one or one drawn where none was given: so every attempt computes the same
    numbers.
    """
    training = document.training
    if training is None or training.fit.seed is not None:
        return document
    fit = training.fit.model_copy(update={"seed": secrets.randbelow(2**31) if known is None else known})
    return document.model_copy(update={"training": training.model_copy(update={"fit": fit})})


def _queue_full(most: int) -> ProblemError:
    return ProblemError(
        Problem(
            code="run.queue_full",
            message=f"{most} runs wait already, the most that may.",
            hint="Wait until some have trained, or stop some.",
        )
    )
