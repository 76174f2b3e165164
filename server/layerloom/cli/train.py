"""`layerloom train`: one run in this process, with a progress bar and a line an epoch. The only command with
torch.
"""

import os
import secrets
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from pydantic import BaseModel
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from layerloom.cli.console import WRONG_DOCUMENT, configure_logs, err, out, show_problems, shows_problems
from layerloom.cli.source import open_document, with_values
from layerloom.document import Document, to_text
from layerloom.events import EpochEnded, Event, RunFailed, RunStarted, StepEnded
from layerloom.problems import Problem, ProblemError
from layerloom.settings import Settings, load_settings
from layerloom.training.control import Control

if TYPE_CHECKING:
    from layerloom.graph.build import BuiltModel


@shows_problems
def train(
    file: Annotated[str, typer.Argument(help="A document, `-` for standard input, or the id of an example.")],
    epochs: Annotated[int | None, typer.Option(help="Instead of the document's.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Instead of the document's.")] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a place in the document.")
    ] = None,
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for weights.safetensors, history.json, document.json."),
    ] = None,
) -> None:
    """Train a document here and show every output's loss; exits with 1 if it cannot be trained."""
    configure_logs()
    settings = load_settings()
    document = open_document(file, settings.limits)
    assignments = list(values or [])
    assignments += [] if epochs is None else [f"training.fit.epochs={epochs}"]
    assignments += [] if batch_size is None else [f"training.fit.batch_size={batch_size}"]
    document = with_values(document, assignments, settings.limits)
    if out_dir is not None:
        _make_folder(out_dir)
    document, model, encoders, events = start(document, settings)
    history, failure = follow(events)
    if failure is not None:
        show_problems([failure])
        raise typer.Exit(WRONG_DOCUMENT)
    if out_dir is not None:
        save(out_dir, document, model, history, encoders)


def start(
    document: Document, settings: Settings
) -> "tuple[Document, BuiltModel, Mapping[str, BaseModel], Iterator[Event]]":
    """Checks, then binds the data, builds the model and begins.

    Raises:
        ProblemError: everything that keeps the document from being trained.
    """
    from layerloom.runs.preparation import losses_of, prepare  # slow to import

    datasets = settings.data_dir / "datasets"
    preparation = prepare(document, datasets, settings.limits, weights=settings.data_dir / "weights")
    plan, training = preparation.plan, document.training
    if plan is None or training is None:
        raise ProblemError(*preparation.blocking)
    if preparation.problems:
        show_problems(preparation.problems)
    seed = secrets.randbits(31) if training.fit.seed is None else training.fit.seed
    training = training.model_copy(update={"fit": training.fit.model_copy(update={"seed": seed})})

    # Read by OpenMP when torch loads it: idle threads sleep soon instead of spinning, as in every worker.
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    with err.status("Loading torch and the data"):
        from layerloom.data.loading import bind_dataset
        from layerloom.graph.build import build
        from layerloom.runs.weights import begin_with
        from layerloom.training.allocator import keep_freed_memory
        from layerloom.training.loop import fit

        keep_freed_memory()
        data = bind_dataset(
            training.data, datasets, plan.inputs, plan.outputs, losses_of(training), training.fit
        )
        model = build(plan, seed)
        begin_with(model, settings.data_dir / "weights", training)
    control = Control()
    return (
        document.model_copy(update={"training": training}),
        model,
        data.encoders,
        _stoppable(fit(model, data, training, control), control),
    )


def follow(events: Iterable[Event]) -> tuple[list[EpochEnded], Problem | None]:
    """Shows events as they come; the epochs, and the problem where it failed."""
    epochs: list[EpochEnded] = []
    failure: Problem | None = None
    console = out if out.is_terminal else err
    columns = (
        TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None, epoch=0, epochs=0, loss="")
        steps = total = 0
        for event in events:
            if isinstance(event, RunStarted):
                steps, total = event.steps_per_epoch, event.epochs
                progress.update(task, total=steps * total, epochs=total)
                out.print(f"Training {', '.join(event.outputs)} on {event.device}, {event.weights:,} weights")
            elif isinstance(event, StepEnded):
                done = (event.epoch - 1) * steps + event.step
                progress.update(task, completed=done, epoch=event.epoch, loss=_number(event.loss))
                if event.problem is not None:
                    show_problems([event.problem])
            elif isinstance(event, EpochEnded):
                epochs.append(event)
                out.print(epoch_line(event, total), soft_wrap=True)
            elif isinstance(event, RunFailed):
                failure = event.problem
    return epochs, failure


def epoch_line(event: EpochEnded, epochs: int) -> str:
    """`epoch 1/20  loss 0.6931  same: loss 0.6931, accuracy 0.5100  |  val loss …  (2.1 s)`"""
    line = f"epoch {event.epoch}/{epochs}  {_losses(event.loss, event.losses, event.metrics)}"
    if event.validation is not None:
        valid = event.validation
        line += f"  |  val {_losses(valid.loss, valid.losses, valid.metrics)}"
    return escape(f"{line}  ({event.seconds:.1f} s)")


def save(
    folder: Path,
    document: Document,
    model: "BuiltModel",
    history: list[EpochEnded],
    encoders: "Mapping[str, BaseModel]",
) -> None:
    """weights.safetensors with Keras' names and shapes, history.json as Keras has it, document.json, and how columns
    were encoded in encoders.json.
    """
    import safetensors.numpy

    from layerloom.training.history import keras_logs

    logs = [keras_logs(event) for event in history]
    keys = dict.fromkeys(key for entry in logs for key in entry)
    table = {
        "epoch": [event.epoch for event in history],
        "history": {key: [entry.get(key) for entry in logs] for key in keys},
    }
    safetensors.numpy.save_file(model.get_weights(), folder / "weights.safetensors")
    (folder / "history.json").write_bytes(
        orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    states = {name: state.model_dump(mode="json") for name, state in encoders.items()}
    (folder / "encoders.json").write_bytes(orjson.dumps(states, option=orjson.OPT_INDENT_2))
    (folder / "document.json").write_text(to_text(document), encoding="utf-8", newline="\n")
    err.print(f"Wrote {escape(str(folder))}")


def _stoppable(events: Iterator[Event], control: Control) -> Iterator[Event]:
    """Ctrl-C ends training after the present step and keeps what was learned; a second ends it at once."""
    with _interrupt(control):
        yield from events


@contextmanager
def _interrupt(control: Control) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        err.print("[dim]Stopping after this step; press Ctrl-C again to leave at once.[/]")
        control.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _losses(
    loss: float | None, losses: dict[str, float | None], metrics: dict[str, dict[str, float | None]]
) -> str:
    outputs = [
        ", ".join(
            [f"{output}: loss {_number(value)}"]
            + [f"{name} {_number(metric)}" for name, metric in metrics.get(output, {}).items()]
        )
        for output, value in sorted(losses.items())
    ]
    return "  ".join([f"loss {_number(loss)}", *outputs])


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4g}" if abs(value) >= 1000 else f"{value:.4f}"


def _make_folder(folder: Path) -> None:
    """Before training, so that nobody trains for hours and then cannot save."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProblemError(
            Problem(
                code="usage.output",
                message=f"{str(folder)!r} can't be made: {error.strerror}.",
                hint="Choose another place with --out.",
            )
        ) from None
