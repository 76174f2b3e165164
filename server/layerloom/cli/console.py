"""What commands say: tables of problems, and errors without a trace. Results go to stdout, the rest to
stderr.
"""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from layerloom.problems import Problem, ProblemError

P = ParamSpec("P")
R = TypeVar("R")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

WRONG_DOCUMENT = 1
WRONG_USAGE = 2


def shows_problems(function: Callable[P, R]) -> Callable[P, R]:
    """A command that fails with problems shows them as a table and exits with 1, or 2 where the server or the
    command itself was set up wrongly.
    """

    @wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ProblemError as error:
            show_problems(error.problems)
            is_usage = all(
                problem.code.startswith(("settings.", "usage.", "store.")) for problem in error.problems
            )
            raise typer.Exit(WRONG_USAGE if is_usage else WRONG_DOCUMENT) from None

    return command


def show_problems(problems: Iterable[Problem], console: Console | None = None) -> None:
    """Each with its place, its message and how to mend it."""
    table = Table(show_edge=False, pad_edge=False, box=None, header_style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("Where", no_wrap=True, overflow="ellipsis", max_width=40)
    table.add_column("Problem", overflow="fold")
    for problem in problems:
        sign = "[bold red]error[/]" if problem.is_error else "[yellow]warning[/]"
        hint = f"\n[dim]{escape(problem.hint)}[/]" if problem.hint else ""
        message = f"{escape(problem.message)} [dim]({escape(problem.code)})[/]{hint}"
        table.add_row(sign, escape(place(problem)), message)
    (console or err).print(table)


def write_json(found: object) -> None:
    """What a REST call answers, to stdout, for people and for other programs."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    sys.stdout.write(orjson.dumps(found, option=options).decode())


def place(problem: Problem) -> str:
    """`main.merge.inputs`, or the field, or nothing."""
    parts = [part for part in (problem.model, problem.node, problem.port) if part]
    return ".".join(parts) or problem.field or ""


class _ToStderr(logging.Handler):
    """Writes to the stderr of the moment. A log that nobody can read any more (a closed terminal) must not end what
    it tells of."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):
            print(self.format(record), file=sys.stderr, flush=True)


def configure_logs() -> None:
    """Warnings to stderr; traces without local variables, which may hold secrets."""
    import structlog  # slow to import, and only what serves or trains logs

    logging.basicConfig(
        level=logging.WARNING,
        handlers=[_ToStderr()],
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # uvicorn says so of every handshake that was answered by HTTP, as a refused one is: no error.
    logging.getLogger("uvicorn.error").addFilter(
        lambda record: "without completing handshake" not in record.getMessage()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                pad_event_to=0,
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
