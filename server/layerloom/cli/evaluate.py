"""`layerloom evaluate` and `layerloom report`: how well a run does on rows."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from layerloom.cli.console import configure_logs, err, out, shows_problems, write_json
from layerloom.cli.run_folder import artifacts_of, rows_for
from layerloom.settings import load_settings
from layerloom.training.reports.report import OutputReport, WorstSample

MOST_COLUMNS = 20
"""Classes of a confusion matrix that a terminal has room for."""


class Part(StrEnum):
    """Of a data set."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    ALL = "all"


RunFolder = Annotated[
    str,
    typer.Argument(metavar="RUN_DIR", help="What `train --out` wrote, or the id of a run on this machine."),
]
Data = Annotated[
    str | None,
    typer.Option(metavar="NAME_OR_FILE", help="Other rows: a data set, or a file with the columns."),
]
Split = Annotated[
    Part | None, typer.Option(help="By default the rows kept for validation; of other data all rows.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write what the REST call answers.")]


@shows_problems
def evaluate(run: RunFolder, data: Data = None, split: Split = None, as_json: AsJson = False) -> None:
    """Show losses and metrics of a run on rows, by Keras' names."""
    configure_logs()
    settings = load_settings()
    artifacts = artifacts_of(run, settings)
    with err.status("Loading torch and the data"), rows_for(data, settings) as (folder, dataset):
        from layerloom.runs.evaluating import evaluate_run

        found = evaluate_run(artifacts, folder, dataset, split.value if split else None)
    if as_json:
        write_json(found)
        return
    for key, value in found.items():
        out.print(f"{escape(key)}: {'not finite' if value is None else f'{value:.4f}'}")


@shows_problems
def report(run: RunFolder, data: Data = None, split: Split = None, as_json: AsJson = False) -> None:
    """Show how each output of a run meets its target: confusion, areas under curves, residuals, worst samples."""
    configure_logs()
    settings = load_settings()
    artifacts = artifacts_of(run, settings)
    with err.status("Loading torch and the data"), rows_for(data, settings) as (folder, dataset):
        from layerloom.runs.evaluating import report_run

        found = report_run(artifacts, folder, dataset, split.value if split else None)
    if as_json:
        write_json(found.model_dump(mode="json"))
        return
    for name, output in found.outputs.items():
        out.print(f"[bold]{escape(name)}[/], {found.rows:,} rows")
        _show(output)
        out.print()


def _show(report: OutputReport) -> None:
    if report.confusion is not None and len(report.confusion) <= MOST_COLUMNS:
        out.print(_confusion(report.confusion, report.labels))
    if report.roc is not None:
        out.print(f"Area under the ROC curve: {report.roc.auc:.4f}")
    if report.precision_recall is not None:
        out.print(f"Average precision: {report.precision_recall.average_precision:.4f}")
    if report.residuals is not None:
        mean, deviation = report.residuals.mean, report.residuals.deviation
        out.print(f"Prediction minus target: mean {mean:.4g}, deviation {deviation:.4g}")
    if report.worst:
        out.print(_worst(report.worst[:5]))


def _confusion(counts: list[list[int]], labels: list[str] | None) -> Table:
    names = labels or [str(place) for place in range(len(counts))]
    table = Table(
        box=None, pad_edge=False, header_style="bold", title="Target by predicted class", title_justify="left"
    )
    table.add_column("")
    for name in names:
        table.add_column(escape(name), justify="right")
    for name, row in zip(names, counts, strict=True):
        table.add_row(f"[bold]{escape(name)}[/]", *map(str, row))
    return table


def _worst(samples: list[WorstSample]) -> Table:
    table = _table("Largest losses")
    for heading in ("Row", "Loss", "Target", "Predicted"):
        table.add_column(heading)
    for sample in samples:
        loss = "not finite" if sample.loss is None else f"{sample.loss:.4f}"
        table.add_row(str(sample.row), loss, _cell(sample.target), _cell(sample.predicted))
    return table


def _table(title: str) -> Table:
    return Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")


def _cell(value: Any) -> str:  # Any: JSON
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return escape(text if len(text) <= 40 else text[:37] + "…")
