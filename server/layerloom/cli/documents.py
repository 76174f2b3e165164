"""`layerloom examples`, `import` and `export`: documents from and to files."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from layerloom.api.gallery import examples, find_example
from layerloom.cli.console import err, out, shows_problems
from layerloom.cli.source import open_document
from layerloom.document import to_text
from layerloom.exchange.formats import export_format, write_document
from layerloom.problems import Problem, ProblemError
from layerloom.runs.alone import call_alone
from layerloom.settings import load_settings

Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; by default stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]

_SECONDS = 600


@shows_problems
def show_examples(
    copy: Annotated[str | None, typer.Option(help="Write the document of this example.")] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """List the examples, or copy one."""
    if copy is None:
        table = Table(show_edge=False, pad_edge=False, box=None, header_style="bold")
        for heading in ("Id", "Name", "What it shows"):
            table.add_column(heading, overflow="fold", no_wrap=heading == "Id")
        for example in examples():
            table.add_row(
                example.id, escape(example.names.get("en", "")), escape(example.descriptions.get("en", ""))
            )
        out.print(table)
        return
    found = find_example(copy)
    if found is None:
        known = ", ".join(example.id for example in examples())
        raise ProblemError(
            Problem(
                code="example.unknown",
                message=f"There is no example {copy!r}.",
                hint=f"Choose one of: {known}.",
            )
        )
    document = open_document(copy, load_settings().limits)
    _write(to_text(document).encode(), output or Path(f"{copy}.json"), force)


@shows_problems
def import_file(
    file: Annotated[str, typer.Argument(help="A file of a known format, or `-`.")],
    output: Output = None,
    force: Force = False,
) -> None:
    """Turn a file into a document."""
    _write(to_text(open_document(file, load_settings().limits)).encode(), output, force)


@shows_problems
def export_file(
    file: Annotated[str, typer.Argument(help="A document, `-`, or the id of an example.")],
    to: Annotated[str, typer.Option(help="The format.")] = "layerloom",
    output: Output = None,
    weights: Annotated[
        Path | None, typer.Option(help="weights.safetensors of the document, as a run leaves it.")
    ] = None,
    force: Force = False,
) -> None:
    """Write a document in another format; what can run is run beside the model first."""
    chosen = export_format(to)
    limits = load_settings().limits
    document = open_document(file, limits)
    if not chosen.computes:
        _write(chosen.write(document, limits, None).content, output, force)
        return
    if weights is not None:
        weights = weights.resolve()
    exported = call_alone(write_document, to, document, limits, weights, timeout=_SECONDS)
    if output is None and not chosen.is_text and sys.stdout.isatty():
        raise ProblemError(
            Problem(code="usage.output", message=f"{to} is no text.", hint="Name a file with -o.")
        )
    _write(exported.content, output, force)
    if exported.largest_difference is not None:
        err.print(f"Largest difference on a random batch: {exported.largest_difference:.2g}")


def _write(content: bytes, output: Path | None, force: bool) -> None:
    if output is None or str(output) == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        with output.open("wb" if force else "xb") as file:
            file.write(content)
    except OSError as error:
        hint = (
            "Add --force to replace it."
            if isinstance(error, FileExistsError)
            else "Choose another place with -o."
        )
        problem = Problem(
            code="usage.output", message=f"{str(output)!r} can't be written: {error.strerror}.", hint=hint
        )
        raise ProblemError(problem) from None
    err.print(f"Wrote {escape(str(output))}")
