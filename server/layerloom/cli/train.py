"""`layerloom train`: one run in this process, with a progress bar and a line an epoch. The only command with
torch.
"""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from layerloom.cli.console import WRONG_DOCUMENT, configure_logs, err, out, show_problems, shows_problems
from layerloom.cli.fitting import Started, start, with_data
from layerloom.cli.source import open_document, with_values
from layerloom.document import to_text
from layerloom.events import CheckpointSaved, EpochEnded, Event, RunFailed, RunFinished, RunStarted, StepEnded
from layerloom.problems import Problem, ProblemError
from layerloom.settings import load_settings
from layerloom.training.control import Control

if TYPE_CHECKING:
    from layerloom.runs.warm_start import WeightStart

_TWO_STARTS = Problem(
    code="usage.start",
    message="A run begins either with the state of another (--continue) or with its weights (--warm-start).",
    hint="Give one of the two.",
)


@shows_problems
def train(
    file: Annotated[str, typer.Argument(help="A document, `-` for standard input, or the id of an example.")],
    epochs: Annotated[int | None, typer.Option(help="Instead of the document's.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Instead of the document's.")] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a place in the document.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A file to train with, or the id of a data set.")
    ] = None,
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for weights, the last state, history.json, document.json, checkpoints."
        ),
    ] = None,
    continues: Annotated[
        Path | None,
        typer.Option(
            "--continue", metavar="RUN_DIR", help="Go on from a run's last state; --epochs is the new total."
        ),
    ] = None,
    warm_start: Annotated[
        Path | None,
        typer.Option(
            "--warm-start", metavar="RUN_DIR", help="Begin with a run's weights where layers are the same."
        ),
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
    if data is not None:
        document = with_data(document, data, settings)
    if continues is not None and warm_start is not None:
        raise ProblemError(_TWO_STARTS)
    if out_dir is not None:
        _make_folder(out_dir)
    control = Control()
    started = start(document, settings, control, out_dir=out_dir, continues=continues, warm_start=warm_start)
    if started.warm_start:
        show_warm_start(started.warm_start)
    history, failure = follow(_stoppable(started.events, control))
    if failure is not None:
        show_problems([failure])
        raise typer.Exit(WRONG_DOCUMENT)
    if out_dir is not None:
        save(out_dir, started, history)


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
                progress.update(task, total=steps * total, completed=steps * event.epoch, epochs=total)
                begun = f", from epoch {event.epoch + 1}" if event.epoch else ""
                out.print(
                    f"Training {', '.join(event.outputs)} on {event.device}, {event.weights:,} weights, "
                    f"seed {event.seed}{begun}"
                )
            elif isinstance(event, StepEnded):
                done = (event.epoch - 1) * steps + event.step
                progress.update(task, completed=done, epoch=event.epoch, loss=_number(event.loss))
                if event.problem is not None:
                    show_problems([event.problem])
            elif isinstance(event, EpochEnded):
                epochs.append(event)
                out.print(epoch_line(event, total), soft_wrap=True)
            elif isinstance(event, CheckpointSaved):
                progress.console.print(f"  saved {escape(event.name)}")
            elif isinstance(event, RunFinished) and event.ended_by:
                out.print(f"Ended by {event.ended_by}")
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


def show_warm_start(table: "list[WeightStart]") -> None:
    """How many weights were kept, and what became of each of the others."""
    kept = sum(item.status == "kept" for item in table)
    out.print(f"{kept} of {sum(item.status != 'gone' for item in table)} weights are kept")
    for item in table:
        if item.status != "kept":
            was = f" (was {item.before})" if item.before not in (None, item.shape) else ""
            out.print(f"  {item.status:<8} {escape(item.path)} {item.shape or ''}{was}", soft_wrap=True)


def save(folder: Path, started: Started, history: list[EpochEnded]) -> None:
    """weights.safetensors with Keras' names and shapes, history.json as Keras has it, document.json, encoders.json."""
    from layerloom.runs.artifacts import save_weights, write_document, write_encoders
    from layerloom.training.history import keras_logs

    logs = [keras_logs(event) for event in history]
    keys = dict.fromkeys(key for entry in logs for key in entry)
    table = {
        "epoch": [event.epoch for event in history],
        "history": {key: [entry.get(key) for entry in logs] for key in keys},
    }
    save_weights(folder, "weights", started.model)
    (folder / "history.json").write_bytes(
        orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
    write_document(folder, to_text(started.document))
    write_encoders(folder, started.encoders)
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
