"""`layerloom preflight`: one step on a synthetic batch, before hours of training."""

import sys
from typing import Annotated

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from layerloom.cli.console import WRONG_DOCUMENT, err, out, show_problems, shows_problems
from layerloom.cli.fitting import with_data
from layerloom.cli.source import open_document, with_values
from layerloom.document import to_text
from layerloom.runs import preflight as preflights
from layerloom.settings import load_settings


@shows_problems
def preflight(
    file: Annotated[str, typer.Argument(help="A document, `-` for standard input, or the id of an example.")],
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a place in the document.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A file to train with, or the id of a data set.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write what POST /api/preflight answers.")] = False,
) -> None:
    """Try one step: time, memory, losses, layers that get no gradient; exits with 1 if it cannot be trained."""
    settings = load_settings()
    document = with_values(open_document(file, settings.limits), values or [], settings.limits)
    if data is not None:
        document = with_data(document, data, settings)
    with err.status("Loading torch"):
        found = preflights.preflight(
            to_text(document), settings.data_dir / "datasets", settings.data_dir / "weights", settings.limits
        )
    if as_json:
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        sys.stdout.write(orjson.dumps(found.model_dump(mode="json"), option=options).decode())
    else:
        if found.ok:
            out.print(_table(found))
        if found.problems:
            show_problems(found.problems, out)
    if not found.ok:
        raise typer.Exit(WRONG_DOCUMENT)


def _table(found: preflights.Preflight) -> Table:
    table = Table(show_header=False, show_edge=False, box=None)
    rows = {
        "Device": found.device,
        "One step": f"{(found.step_seconds or 0) * 1000:.2f} ms",
        "Steps": "not known"
        if found.steps is None
        else f"{found.steps:,} ({found.steps_per_epoch:,} an epoch)",
        "Training, estimated": "not known" if found.seconds is None else _duration(found.seconds),
        "Operations a step": f"{found.flops_per_step or 0:,}",
        "Memory": f"{(found.memory_bytes or 0) / 1024**2:.1f} MB",
        "Losses at the start": ", ".join(
            f"{name} {'not finite' if loss is None else f'{loss:.4f}'}" for name, loss in found.losses.items()
        ),
        "Layers without gradient": ", ".join(found.without_gradient) or "none",
        "Nodes that are not used": ", ".join(found.unused) or "none",
    }
    for name, value in rows.items():
        table.add_row(name, escape(str(value)))
    return table


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
