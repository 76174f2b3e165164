"""`layerloom runs`: the runs of a server, which may be on another machine: begin, follow, steer, compare them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from layerloom.cli.console import WRONG_DOCUMENT, err, out, show_problems, shows_problems, write_json
from layerloom.cli.differences import differences
from layerloom.cli.source import open_document, with_dataset, with_values
from layerloom.cli.train import follow
from layerloom.events import Event, from_plain
from layerloom.library.client import Client, Run
from layerloom.problems import Problem, ProblemError
from layerloom.settings import Settings, load_settings

runs = typer.Typer(no_args_is_help=True, help="Runs of a server: begin, follow, steer, compare them.")

Address = Annotated[
    str | None,
    typer.Option("--url", envvar="LAYERLOOM_URL", help="The server; by default the one on this machine."),
]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="As `layerloom runs list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write what the REST call answers.")]
PATIENCE = 5.0
"""Seconds that a server is waited for before a command gives up."""


@runs.command("list")
@shows_problems
def list_runs(
    url: Address = None,
    project: Annotated[str | None, typer.Option(help="Only runs of this project.")] = None,
    as_json: AsJson = False,
) -> None:
    """The newest runs: state, progress, device, and when they were made."""
    with _client(url) as client:
        query = {} if project is None else {"project": project}
        page = client.request("GET", "/runs", params=query)
    if as_json:
        write_json(page)
        return
    table = _table("Run", "Name", "State", "Epoch", "Device", "Created")
    for item in page["items"]:
        progress = item["progress"]
        table.add_row(
            item["id"],
            escape(item.get("name") or ""),
            item["state"],
            f"{progress['epoch']}/{progress['epochs']}",
            item["device"] or "",
            item["created"],
        )
    out.print(table)


@runs.command("start")
@shows_problems
def start_run(
    file: Annotated[str, typer.Argument(help="A document, `-` for standard input, or the id of an example.")],
    url: Address = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change a place, as `layerloom train` does."),
    ] = None,
    continues: Annotated[
        str | None, typer.Option("--continue", metavar="RUN", help="Go on from a run's last state.")
    ] = None,
    warm_start: Annotated[
        str | None, typer.Option(metavar="RUN", help="Begin with a run's weights where layers are the same.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A file to train with, or the id of a data set.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow it to its end, as `runs watch` does.")] = False,
) -> None:
    """Train a document on the server and write the run's id."""
    settings = load_settings()
    document = with_values(open_document(file, settings.limits), values or [], settings.limits)
    with _client(url, settings) as client:
        if data is not None:
            known = client.upload(data)["id"] if Path(data).is_file() else data
            document = with_dataset(document, known)
        run = client.train(document, continues=continues, warm_start=warm_start)
        sys.stdout.write(f"{run.id}\n")
        sys.stdout.flush()
        if wait:
            _follow(run)


@runs.command("show")
@shows_problems
def show_run(run: RunId, url: Address = None) -> None:
    """A run as it stands, as JSON."""
    with _client(url) as client:
        write_json(client.run(run).state())


@runs.command("watch")
@shows_problems
def watch_run(
    run: RunId,
    url: Address = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write each event as a line of JSON.")] = False,
) -> None:
    """Follow a run from its first event to its end; exits with 1 where it failed. Ctrl-C leaves it training."""
    with _client(url) as client:
        followed = client.run(run)
        if not as_json:
            _follow(followed)
            return
        for event in followed:
            sys.stdout.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE).decode())
            sys.stdout.flush()


@runs.command("pause")
@shows_problems
def pause_run(run: RunId, url: Address = None) -> None:
    """Pause a run after its present step."""
    with _client(url) as client:
        client.run(run).pause()


@runs.command("resume")
@shows_problems
def resume_run(run: RunId, url: Address = None) -> None:
    """Go on with a run that was paused or interrupted."""
    with _client(url) as client:
        client.run(run).resume()


@runs.command("stop")
@shows_problems
def stop_run(run: RunId, url: Address = None) -> None:
    """Stop a run; what it has learned is kept."""
    with _client(url) as client:
        client.run(run).stop()


@runs.command("change")
@shows_problems
def change_run(
    run: RunId,
    url: Address = None,
    learning_rate: Annotated[float | None, typer.Option(help="From the next step on.")] = None,
    loss_weights: Annotated[
        list[str] | None, typer.Option("--loss-weight", metavar="OUTPUT=NUMBER", help="May be given again.")
    ] = None,
) -> None:
    """Change loss weights or the learning rate while a run trains."""
    change: dict[str, Any] = {}  # Any: JSON
    if learning_rate is not None:
        change["learning_rate"] = learning_rate
    if loss_weights:
        change["loss_weights"] = dict(map(_weight, loss_weights))
    if not change:
        raise ProblemError(
            Problem(
                code="usage.change",
                message="Nothing is to be changed.",
                hint="Give --learning-rate NUMBER, or --loss-weight OUTPUT=NUMBER.",
            )
        )
    with _client(url) as client:
        client.run(run).change(**change)


@runs.command("history")
@shows_problems
def show_history(
    run: RunId,
    url: Address = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write comma-separated text.")] = False,
    as_json: AsJson = False,
) -> None:
    """Losses and metrics of each epoch, by Keras' names."""
    with _client(url) as client:
        found = client.run(run).history()
    if as_json:
        write_json(found)
        return
    names = list(found["history"])
    rows = zip(found["epoch"], *(found["history"][name] for name in names), strict=True)
    if as_csv:
        sys.stdout.write(",".join(["epoch", *names]) + "\n")
        for row in rows:
            sys.stdout.write(",".join("" if value is None else repr(value) for value in row) + "\n")
        return
    table = _table("Epoch", *names)
    for epoch, *values in rows:
        table.add_row(str(epoch), *("" if value is None else f"{value:.4f}" for value in values))
    out.print(table)


@runs.command("compare")
@shows_problems
def compare_runs(
    first: Annotated[str, typer.Argument(metavar="A")],
    second: Annotated[str, typer.Argument(metavar="B")],
    url: Address = None,
) -> None:
    """What two runs train otherwise, and how each ended."""
    with _client(url) as client:
        sides = [client.run(first), client.run(second)]
        documents = [run.document() for run in sides]
        histories = [run.history()["history"] for run in sides]
    table = _table("", "A", "B")
    for place, before, after in differences(*documents):
        table.add_row(escape(place), escape(before), escape(after))
    for name in dict.fromkeys([*histories[0], *histories[1]]):
        table.add_row(f"last {escape(name)}", *(_last(history.get(name)) for history in histories))
    out.print(table)


@runs.command("delete")
@shows_problems
def delete_run(run: RunId, url: Address = None) -> None:
    """Delete a run with its journal and files."""
    with _client(url) as client:
        client.run(run).delete()


def _client(url: str | None, settings: Settings | None = None) -> Client:
    """The server at `url`, else the one of this machine's settings, with the token of its data folder."""
    from layerloom.api.sessions import kept_token

    settings = settings or load_settings()
    if settings.token is not None:
        token = settings.token.get_secret_value()
    else:
        try:
            token = kept_token(settings.data_dir)
        except OSError:
            token = ""  # no server has begun in this folder: the one at `url` says what it wants
    return Client(url or f"http://127.0.0.1:{settings.port}", token, patience=PATIENCE)


def _follow(run: Run) -> None:
    def events() -> Iterator[Event]:
        for event in run:
            yield from_plain(event)

    _, failure = follow(events())
    if failure is not None:
        show_problems([failure])
        raise typer.Exit(WRONG_DOCUMENT)
    err.print(f"The run is {run.state()['state']}")


def _weight(text: str) -> tuple[str, float]:
    output, sign, number = text.partition("=")
    try:
        if not sign or not output:
            raise ValueError
        return output, float(number)
    except ValueError:
        raise ProblemError(
            Problem(
                code="usage.change",
                message=f"--loss-weight {text[:100]!r}; expected OUTPUT=NUMBER.",
                hint="Write `--loss-weight same=0.5`.",
            )
        ) from None


def _last(values: list[float | None] | None) -> str:
    value = values[-1] if values else None
    return "" if value is None else f"{value:.4f}"


def _table(*headings: str) -> Table:
    table = Table(header_style="bold", show_edge=False, box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
