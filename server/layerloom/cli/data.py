"""`layerloom data`: files into data sets of the data folder, and what is in them. Needs no server; one that runs on the
same folder shows them too.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from layerloom.cli.console import err, out, shows_problems
from layerloom.data.dataset import Column, Dataset
from layerloom.data.datasets import built_in, find, unknown_dataset, uploaded
from layerloom.problems import Problem, ProblemError
from layerloom.settings import Settings, load_settings

if TYPE_CHECKING:
    from layerloom.data.statistics import ColumnStatistics

data = typer.Typer(no_args_is_help=True, help="Data sets: add a file, list them, show one.")


@data.command("add")
@shows_problems
def add_data(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV, TSV, Parquet, Arrow, NPY, NPZ, JSON lines, or a ZIP of images or WAV files."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Instead of the file's name.")] = None,
) -> None:
    """Make a data set of each file and write its id; a file that is there already keeps its id."""
    settings = load_settings()
    for file in files:
        dataset = add_file(file, settings, name)
        err.print(f"{escape(dataset.name)}: {_amount(dataset.rows)} rows, {len(dataset.columns)} columns")
        sys.stdout.write(f"{dataset.id}\n")


def add_file(file: Path, settings: Settings, name: str | None = None) -> Dataset:
    """
    Raises:
        ProblemError: `usage.input` where the file can't be opened, and what is wrong with it.
    """
    from layerloom.data.upload import UploadLimits, import_file  # pyarrow, slow to import

    limits = UploadLimits(file_bytes=settings.upload_bytes, rows=settings.upload_rows)
    try:
        with file.open("rb"), err.status(f"Reading {escape(file.name)}"):
            return import_file(file, name or file.name, settings.data_dir / "datasets", limits)
    except OSError as error:
        raise ProblemError(
            Problem(
                code="usage.input",
                message=f"{str(file)!r} can't be read: {error.strerror}.",
                hint="Name a file that is there.",
            )
        ) from None


@data.command("list")
@shows_problems
def list_data() -> None:
    """All data sets: those that come with the program, and those added or uploaded."""
    table = Table(header_style="bold", show_edge=False, box=None, pad_edge=False)
    for heading in ("Id", "Name", "Format"):
        table.add_column(heading, overflow="fold")
    for heading in ("Rows", "Columns", "MiB"):
        table.add_column(heading, justify="right")
    folder = load_settings().data_dir / "datasets"
    own = [found for found in (find(dataset_id, folder) for dataset_id in uploaded(folder)) if found]
    for dataset in [*built_in(), *own]:
        size = "" if dataset.size_bytes is None else f"{dataset.size_bytes / 2**20:,.1f}"
        table.add_row(
            escape(dataset.id),
            escape(dataset.name),
            dataset.format or dataset.kind,
            _amount(dataset.rows),
            str(len(dataset.columns)),
            size,
        )
    out.print(table)


@data.command("show")
@shows_problems
def show_data(
    dataset_id: Annotated[str, typer.Argument(metavar="ID", help="As `layerloom data list` shows it.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Write what GET /api/datasets/{id}/statistics answers.")
    ] = False,
) -> None:
    """Columns of a data set: kind, shape, missing and different values, range, frequent values."""
    from layerloom.data.statistics import statistics

    folder = load_settings().data_dir / "datasets"
    dataset = find(dataset_id, folder)
    if dataset is None:
        raise ProblemError(unknown_dataset(dataset_id))
    found = statistics(dataset, folder)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
        return
    out.print(f"[bold]{escape(dataset.name)}[/], {_amount(dataset.rows)} rows", soft_wrap=True)
    out.print(escape(dataset.description), soft_wrap=True)
    table = Table(header_style="bold", show_edge=False, box=None, pad_edge=False)
    for heading in ("Column", "Kind", "Shape"):
        table.add_column(heading, overflow="fold")
    for heading in ("Missing", "Different"):
        table.add_column(heading, justify="right")
    table.add_column("Values", overflow="fold")
    for column in dataset.columns:
        known = found.columns[column.name]
        table.add_row(
            escape(column.name),
            column.kind,
            str(column.shape) if column.shape else "",
            _amount(known.missing),
            _amount(known.distinct),
            escape(_values(column, known)),
        )
    out.print(table)


def _values(column: Column, known: "ColumnStatistics") -> str:
    if column.kind == "category" and known.top:
        return ", ".join(f"{value} ({count:,})" for value, count in known.top[:6])
    if known.lengths is not None:
        return f"{known.lengths.min:,} to {known.lengths.max:,} characters"
    if known.min is None:
        return column.note
    if known.mean is None:
        return f"{known.min} to {known.max}"
    return f"{known.min:.6g} to {known.max:.6g}, mean {known.mean:.6g}, deviation {known.deviation:.6g}"


def _amount(count: int | None) -> str:
    return "any" if count is None else f"{count:,}"
