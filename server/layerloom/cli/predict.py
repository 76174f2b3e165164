"""`layerloom predict`: a file of rows in, predictions out."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from layerloom.cli.console import configure_logs, err, shows_problems
from layerloom.cli.evaluate import RunFolder
from layerloom.cli.run_folder import artifacts_of
from layerloom.problems import Problem, ProblemError
from layerloom.settings import load_settings


@shows_problems
def predict(
    run: RunFolder,
    file: Annotated[Path, typer.Argument(help="Rows with the columns that the run was trained with.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="`.csv` or `.json`; by default CSV to standard output."),
    ] = None,
) -> None:
    """Predict each row of a file with what a run has learned."""
    configure_logs()
    settings = load_settings()
    artifacts = artifacts_of(run, settings)
    if not file.is_file():
        raise ProblemError(
            Problem(
                code="usage.no_file", message=f"There is no file {str(file)!r}.", hint="Name a file of rows."
            )
        )
    scratch = Path(tempfile.mkdtemp(prefix="layerloom-"))
    try:
        with err.status("Loading torch and the rows"):
            from layerloom.data.formats.source import UploadLimits
            from layerloom.runs.predicting_files import predict_file

            limits = UploadLimits(file_bytes=settings.upload_bytes, rows=settings.upload_rows)
            is_json = output is not None and output.suffix.lower() == ".json"
            target = scratch / "predicted"
            rows = predict_file(
                artifacts, file, file.name, scratch, target, "json" if is_json else "csv", limits
            )
        if output is None:
            with target.open(encoding="utf-8", newline="") as lines:
                shutil.copyfileobj(lines, sys.stdout)
        else:
            _move(target, output)
            err.print(f"Wrote {rows:,} rows to {escape(str(output))}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move(written: Path, output: Path) -> None:
    try:
        shutil.move(written, output)
    except OSError as error:
        raise ProblemError(
            Problem(
                code="usage.output",
                message=f"{str(output)!r} can't be written: {error.strerror or error}.",
                hint="Choose another place with -o.",
            )
        ) from None
