"""What a run begins with: the last state of another run, or its weights. Files beside each other in the run's folder.

They are linked from the run that they come from, so that this one may be deleted.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from layerloom.document import Document, Limits
from layerloom.graph.plan import Plan
from layerloom.problems import Problem, ProblemError
from layerloom.runs.preparation import Preparation
from layerloom.runs.spec import ARTIFACTS, START
from layerloom.runs.warm_start import WeightStart, compare
from layerloom.runs.weights import head_of, shapes_of
from layerloom.training.continuing import refuse_continuation
from layerloom.versions import load_document

if TYPE_CHECKING:
    from layerloom.graph.build import BuiltModel
    from layerloom.training.state import FitState

STATE: Final = "state.safetensors"
WEIGHTS: Final = "weights.safetensors"
DOCUMENT: Final = "document.json"


@dataclass(frozen=True, slots=True)
class Left:
    """What a run has left in a folder: a server's run, or `layerloom train --out`. `state` may not be there."""

    weights: Path
    document: Path
    state: Path | None

    def read_document(self, limits: Limits | None = None) -> Document:
        return load_document(self.document.read_bytes(), limits)


def left_in(folder: Path, name: str | None = None) -> Left | None:
    """What lies in a run's folder, or in its folder of artifacts; None where there are no weights.

    `name` is that of a checkpoint; by default what the run ended with.
    """
    if (folder / ARTIFACTS).is_dir():
        folder = folder / ARTIFACTS
    weights = folder / (WEIGHTS if name is None else f"{name}.safetensors")
    state = folder / (STATE if name is None else f"{name}.{STATE}")
    if not weights.is_file() or not (folder / DOCUMENT).is_file():
        return None
    return Left(weights, folder / DOCUMENT, state if state.is_file() else None)


def check_continuation(preparation: Preparation, left: Left) -> dict[str, Any]:  # Any: JSON
    """The record of the state that is gone on from.

    Raises:
        ProblemError: `run.continue`, where this document can't go on from it.
    """
    training, plan = preparation.document.training, preparation.plan
    assert training is not None  # only what can be trained comes here
    assert plan is not None
    if left.state is None:
        raise ProblemError(
            Problem(
                code="run.continue",
                message="That run has left its weights, but no state to go on from.",
                hint="Begin with its weights instead (a warm start). A ModelCheckpoint with `save_weights_only` "
                "keeps no state either.",
            )
        )
    record: dict[str, Any] = orjson.loads(head_of(left.state)["__metadata__"]["record"])
    problems = refuse_continuation(record, training)
    now, before = dict(_weights_of(plan, "")), shapes_of(left.weights)
    odd = sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
    if odd:
        shown = ", ".join(f"`{path}` (now {now.get(path)}, then {before.get(path)})" for path in odd[:5])
        problems.append(
            Problem(
                code="run.continue",
                message=f"{len(odd)} weights of the model are not those that the run has trained: {shown}.",
                hint="Train the document that the run has trained, or begin with the weights that fit (a warm start).",
            )
        )
    if problems:
        raise ProblemError(*problems)
    return record


def keep_start(folder: Path, left: Left, *, whole: bool) -> None:
    """Put what the run in this folder begins with into it: the state (`whole`), or the weights and their document."""
    target = folder / START
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    if whole:
        assert left.state is not None  # `check_continuation` has seen it
        _link(left.state, target / STATE)
    else:
        _link(left.weights, target / WEIGHTS)
        _link(left.document, target / DOCUMENT)


def begin(folder: Path, model: "BuiltModel", document: Document, limits: Limits | None = None) -> "FitState":
    """A fresh state, or the one to go on from; gives the model the weights of a warm start. In a worker."""
    from layerloom.training.state import FitState

    start = folder / START
    if (start / STATE).is_file():
        return continue_from(start / STATE, document)
    if (start / WEIGHTS).is_file():
        take_weights(model, document, Left(start / WEIGHTS, start / DOCUMENT, None), limits)
    return FitState()


def continue_from(path: Path, document: Document) -> "FitState":
    """The state of a run that goes on from the one that is kept there. Has torch."""
    from safetensors.torch import load_file

    from layerloom.training.continuing import continued
    from layerloom.training.state import FitState

    assert document.training is not None  # it can be trained
    record = orjson.loads(head_of(path)["__metadata__"]["record"])
    return FitState.load(load_file(path), continued(record, document.training))


def take_weights(
    model: "BuiltModel", document: Document, left: Left, limits: Limits | None = None
) -> list[WeightStart]:
    """Give the model the weights of the layers that did not change; what became of each."""
    from safetensors.numpy import load_file

    table = compare(document, left.read_document(limits), left.weights, limits)
    built = {path for path, _, _ in model.weights()}
    kept = load_file(left.weights)
    model.set_weights(
        {item.path: kept[item.path] for item in table if item.status == "kept" and item.path in built}
    )
    return table


def _weights_of(plan: Plan, prefix: str) -> list[tuple[str, tuple[int, ...]]]:
    found: list[tuple[str, tuple[int, ...]]] = []
    for layer in plan.layers:
        if layer.model is not None:
            found += _weights_of(layer.model, f"{prefix}{layer.id}/")
        else:
            found += [(f"{prefix}{layer.id}/{weight.name}", tuple(weight.shape)) for weight in layer.weights]
    return found


def _link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
