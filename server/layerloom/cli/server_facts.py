"""`layerloom token`, `openapi` and `version`: what there is to know about a server, without one."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from layerloom import __version__
from layerloom.api.sessions import kept_token
from layerloom.cli.console import shows_problems
from layerloom.problems import Problem, ProblemError
from layerloom.settings import load_settings


@shows_problems
def show_token(
    data_dir: Annotated[Path | None, typer.Option(help="The server's data folder.")] = None,
) -> None:
    """Show the token that opens the server of a data folder."""
    settings = load_settings(data_dir=data_dir)
    if settings.token is not None:
        token = settings.token.get_secret_value()
    else:
        try:
            token = kept_token(settings.data_dir)
        except OSError as error:
            problem = Problem(
                code="settings.data_dir",
                message=f"The token in {str(settings.data_dir)!r} can't be read: {error.strerror or error}.",
                hint="Name the server's data folder with --data-dir or LAYERLOOM_DATA_DIR.",
            )
            raise ProblemError(problem) from None
    sys.stdout.write(f"{token}\n")


def show_openapi() -> None:
    """Write the OpenAPI description of the REST API."""
    from layerloom.api.app import describe_api  # FastAPI is slow to import, and only needed here

    sys.stdout.write(json.dumps(describe_api(), indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def show_version() -> None:
    """Show the version."""
    sys.stdout.write(f"{__version__}\n")
