"""`layerloom propose`: a document fitted to a data set."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from layerloom.cli.console import err, shows_problems
from layerloom.cli.data import add_file
from layerloom.cli.documents import Force, Output, write_output
from layerloom.cli.source import open_document
from layerloom.data.datasets import find, unknown_dataset
from layerloom.document import to_text
from layerloom.problems import ProblemError
from layerloom.settings import load_settings


@shows_problems
def propose(
    document: Annotated[
        str, typer.Argument(help="A document's file, `-` for standard input, or an example's id.")
    ],
    data: Annotated[str, typer.Argument(help="A file of rows, or the id of a data set.")],
    output: Output = None,
    force: Force = False,
) -> None:
    """Fit a document to a data set: columns with encoders, the Inputs' shapes, losses, and the last layers' units."""
    from layerloom.data.document_proposals import applied, proposal_for  # slow to import

    settings = load_settings()
    opened = open_document(document, settings.limits)
    path = Path(data)
    dataset = add_file(path, settings) if path.is_file() else find(data, settings.data_dir / "datasets")
    if dataset is None:
        raise ProblemError(unknown_dataset(data))
    proposal = proposal_for(opened, dataset, settings.limits)
    for note in proposal.notes:
        err.print(escape(note))
    write_output(to_text(applied(opened, proposal)).encode(), output, force)
