"""`layerloom examples`, `import` and `export`: documents from and to files."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from layerloom.api.formats import is_of_keras
from layerloom.api.gallery import examples, find_example
from layerloom.api.reading import import_model
from layerloom.cli.console import WRONG_DOCUMENT, err, out, show_problems, shows_problems
from layerloom.cli.source import open_document
from layerloom.document import Document, to_text
from layerloom.exchange.formats import export_format, write_document
from layerloom.problems import Problem, ProblemError, errors
from layerloom.runs.alone import call_alone
from layerloom.runs.weights import find, unknown_weights
from layerloom.settings import Settings, load_settings
from layerloom.versions import load_document

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
    write_output(to_text(document).encode(), output or Path(f"{copy}.json"), force)


@shows_problems
def import_file(
    file: Annotated[
        str, typer.Argument(help="Keras' `.keras`, whole-model `.h5` or model JSON; a document, or `-`.")
    ],
    weights: Annotated[
        Path | None, typer.Option(help="Weights beside it: `.weights.h5`, an old `.h5`, or `.safetensors`.")
    ] = None,
    output: Output = None,
    save_weights: Annotated[
        Path | None, typer.Option("--save-weights", help="Write the weights here, as `.safetensors`.")
    ] = None,
    force: Force = False,
) -> None:
    """Turn a file of Keras into a document; its weights are kept in the data folder, for training to begin with."""
    settings = load_settings()
    path = Path(file)
    if weights is None and save_weights is None and not (path.is_file() and _is_of_keras(path)):
        write_output(to_text(open_document(file, settings.limits)).encode(), output, force)
        return
    for each in (path, weights):
        if each is not None and not each.is_file():
            raise ProblemError(
                Problem(code="usage.no_file", message=f"There is no file {str(each)!r}.", hint="Name a file.")
            )
    keep_in = settings.data_dir / "weights"
    imported = call_alone(
        import_model,
        path.resolve(),
        weights.resolve() if weights else None,
        None,
        keep_in,
        settings.limits,
        settings.file_limits,
        timeout=settings.import_seconds,
    )
    write_output(to_text(load_document(imported.document, settings.limits)).encode(), output, force)
    if imported.weights is not None:
        err.print(f"Weights: {imported.weights.count}, kept as {imported.weights.id[:12]}…")
        if save_weights is not None:
            write_output((keep_in / f"{imported.weights.id}.safetensors").read_bytes(), save_weights, force)
    elif save_weights is not None:
        raise ProblemError(
            Problem(
                code="usage.no_weights",
                message=f"{file!r} holds no weights.",
                hint="Name a file of weights with --weights.",
            )
        )
    if imported.problems:
        show_problems(imported.problems)
    if errors(imported.problems):
        raise typer.Exit(WRONG_DOCUMENT)


@shows_problems
def export_file(
    file: Annotated[str, typer.Argument(help="A document, `-`, or the id of an example.")],
    to: Annotated[str, typer.Option(help="The format.")] = "layerloom",
    output: Output = None,
    weights: Annotated[
        Path | None, typer.Option(help="`.safetensors`, Keras' `.weights.h5`, or a run's folder.")
    ] = None,
    force: Force = False,
) -> None:
    """Write a document in another format; what can run is run beside the model first."""
    chosen = export_format(to)
    settings = load_settings()
    document = open_document(file, settings.limits)
    if not chosen.computes:
        write_output(chosen.write(document, settings.limits, None).content, output, force)
        return
    if output is None and not chosen.is_text and sys.stdout.isatty():
        raise ProblemError(
            Problem(code="usage.output", message=f"{to} is no text.", hint="Name a file with -o.")
        )
    with tempfile.TemporaryDirectory(prefix="layerloom-") as folder:
        target = Path(folder) / "exported"
        report = call_alone(
            write_document,
            to,
            document,
            settings.limits,
            _weights(weights, document, settings),
            target,
            timeout=_SECONDS,
        )
        write_output(target.read_bytes(), output, force)
    if report.problems:
        show_problems(report.problems)
    if report.largest_difference is not None:
        err.print(f"Largest difference on a random batch: {report.largest_difference:.2g}")
    if report.not_checked is not None:
        err.print(f"It was not tried: {escape(report.not_checked)}.")


def _weights(given: Path | None, document: Document, settings: Settings) -> Path | None:
    """A file of weights, those in the folder of a run, or those kept ones that the document names."""
    if given is None:
        named = document.training.weights if document.training is not None else None
        path = find(settings.data_dir / "weights", named) if named is not None else None
        if named is not None and path is None:
            raise ProblemError(unknown_weights(named))
        return path
    places = (given, given / "weights.safetensors", given / "artifacts" / "weights.safetensors")
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise ProblemError(
            Problem(
                code="usage.no_file",
                message=f"{str(given)!r} is no file of weights, and no run's folder.",
                hint="Name `.safetensors`, or the folder that `layerloom train --out` wrote.",
            )
        )
    return found.resolve()


def _is_of_keras(path: Path) -> bool:
    with path.open("rb") as file:
        return is_of_keras(file.read(4096))


def write_output(content: bytes, output: Path | None, force: bool) -> None:
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
