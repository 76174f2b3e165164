"""From a document to a fit in this process: checked, its data bound, its model built, where it begins looked up."""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from layerloom.cli.console import err, show_problems
from layerloom.cli.source import with_dataset
from layerloom.document import Document, to_text
from layerloom.events import Event
from layerloom.problems import Problem, ProblemError
from layerloom.settings import Settings
from layerloom.training.control import Control

if TYPE_CHECKING:
    from layerloom.graph.build import BuiltModel
    from layerloom.runs.starting import Left
    from layerloom.runs.warm_start import WeightStart


@dataclass(frozen=True)
class Started:
    """A fit that has begun; `document` has the seed in use."""

    document: Document
    model: "BuiltModel"
    encoders: Mapping[str, BaseModel]
    events: Iterator[Event]
    warm_start: "list[WeightStart]" = field(default_factory=list)
    """What became of each weight, where it began with those of another run."""


def start(
    document: Document,
    settings: Settings,
    control: Control,
    *,
    out_dir: Path | None = None,
    continues: Path | None = None,
    warm_start: Path | None = None,
) -> Started:
    """Checks, then binds the data, builds the model and begins; checkpoints and the last state go to `out_dir`.

    Raises:
        ProblemError: everything that keeps the document from being trained.
    """
    from layerloom.runs.preparation import losses_of, prepare  # slow to import
    from layerloom.runs.starting import STATE, check_continuation, continue_from, take_weights

    datasets, weights = settings.data_dir / "datasets", settings.data_dir / "weights"
    preparation = prepare(document, datasets, settings.limits, weights=weights)
    plan, training = preparation.plan, document.training
    if plan is None or training is None:
        raise ProblemError(*preparation.blocking)
    if preparation.problems:
        show_problems(preparation.problems)
    seed, before = training.fit.seed, None
    if continues is not None:
        before = _left(continues)
        record = check_continuation(preparation, before)
        seed = record["seed"] if seed is None else seed
    seed = secrets.randbits(31) if seed is None else seed
    training = training.model_copy(update={"fit": training.fit.model_copy(update={"seed": seed})})
    document = document.model_copy(update={"training": training})

    # Read by OpenMP when torch loads it: idle threads sleep soon instead of spinning, as in every worker.
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    table: list[WeightStart] = []
    with err.status("Loading torch and the data"):
        from layerloom.data.loading import bind_dataset
        from layerloom.graph.build import build
        from layerloom.runs.artifacts import save_checkpoint
        from layerloom.runs.checkpoints import write_state
        from layerloom.runs.weights import begin_with
        from layerloom.training.allocator import keep_freed_memory
        from layerloom.training.devices import choose_device
        from layerloom.training.loop import fit

        device = choose_device(training.fit.device)
        keep_freed_memory()
        data = bind_dataset(
            training.data, datasets, plan.inputs, plan.outputs, losses_of(training), training.fit
        )
        model = build(plan, seed)
        begin_with(model, weights, training)
        if warm_start is not None:
            table = take_weights(model, document, _left(warm_start), settings.limits)
        model.to(device)
        state = None if before is None or before.state is None else continue_from(before.state, document)
    text = to_text(document)
    events = fit(
        model,
        data,
        training,
        control,
        state,
        save=None
        if out_dir is None
        else lambda asked, state: save_checkpoint(out_dir, asked, state, model, text, training),
        ending=None if out_dir is None else lambda state: _ignored(write_state(out_dir / STATE, state)),
    )
    return Started(document, model, data.encoders, events, table)


def with_data(document: Document, data: str, settings: Settings) -> Document:
    """The document with another data set: a file, which is imported where it is new, or the id of one that is there.

    Raises:
        ProblemError: `file.…`, where it can't be read.
    """
    path = Path(data)
    if path.is_file():
        from layerloom.cli.data import add_file

        data = add_file(path, settings).id
    return with_dataset(document, data)


def _left(folder: Path) -> "Left":
    """What a run has left in a folder, or (`FOLDER/NAME`) a checkpoint of it."""
    from layerloom.runs.starting import left_in

    found = left_in(folder) if folder.is_dir() else left_in(folder.parent, folder.name)
    if found is None:
        raise ProblemError(
            Problem(
                code="usage.no_run",
                message=f"{str(folder)!r} holds no weights with their document.",
                hint="Name a folder that `layerloom train --out` has written, or a run's folder in the data folder; "
                "FOLDER/NAME is a checkpoint in it.",
            )
        )
    return found


def _ignored(_: object) -> None:
    """For calls whose result says nothing here."""
