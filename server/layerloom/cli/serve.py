"""`layerloom serve`: its flags. What serves is imported only then, for it is slow to import."""

from pathlib import Path
from typing import Annotated

import typer

from layerloom.cli.console import configure_logs, shows_problems
from layerloom.settings import load_settings


@shows_problems
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default="8420")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder for projects, runs and uploads.", show_default="per user")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Serve the page and the REST API."""
    settings = load_settings(host=host, port=port, data_dir=data_dir)
    configure_logs()
    from layerloom.cli.serving import serve_until_stopped

    serve_until_stopped(settings, open_browser)
