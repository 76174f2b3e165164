"""All commands, put together."""

import typer

from layerloom.cli.check import check
from layerloom.cli.data import data
from layerloom.cli.documents import export_file, import_file, show_examples
from layerloom.cli.evaluate import evaluate, report
from layerloom.cli.predict import predict
from layerloom.cli.preflight import preflight
from layerloom.cli.propose import propose
from layerloom.cli.runs import runs
from layerloom.cli.serve import serve
from layerloom.cli.server_facts import show_openapi, show_token, show_version
from layerloom.cli.train import train

app = typer.Typer(
    name="layerloom",
    help="Wire a model on a canvas, train it in PyTorch, watch every output learn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve)
app.command()(train)
app.command()(check)
app.command()(evaluate)
app.command()(report)
app.command()(predict)
app.add_typer(data, name="data")
app.add_typer(runs, name="runs")
app.command()(preflight)
app.command()(propose)
app.command("examples")(show_examples)
app.command("import")(import_file)
app.command("export")(export_file)
app.command("token")(show_token)
app.command("openapi")(show_openapi)
app.command("version")(show_version)


def main() -> None:
    """The `layerloom` command."""
    app()
