"""`layerloom check`: what a document means, as a table in the manner of Keras' `model.summary()`."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from layerloom.cli.console import WRONG_DOCUMENT, out, show_problems, shows_problems
from layerloom.cli.source import open_document, with_values
from layerloom.document import Document, Model, Node
from layerloom.settings import load_settings

Json = Mapping[str, Any]  # Any: JSON, as POST /api/check answers it
BYTES_A_WEIGHT = 4


@shows_problems
def check(
    file: Annotated[str, typer.Argument(help="A document, `-` for standard input, or the id of an example.")],
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a place in the document.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write what POST /api/check answers.")] = False,
) -> None:
    """Show shapes, weights and problems of a document; exits with 1 if it cannot be trained."""
    from layerloom.runs.preparation import prepare  # slow to import

    settings = load_settings()
    document = with_values(open_document(file, settings.limits), values or [], settings.limits)
    result = prepare(
        document, settings.data_dir / "datasets", settings.limits, weights=settings.data_dir / "weights"
    )
    if as_json:
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        sys.stdout.write(orjson.dumps(result.to_json(), option=options).decode())
    else:
        show_summary(document, result.to_json())
        if result.problems:
            show_problems(result.problems, out)
    if not result.ok:
        raise typer.Exit(WRONG_DOCUMENT)


def show_summary(document: Document, result: Json) -> None:
    """A table for each model, then the totals."""
    for model_id, model in document.models.items():
        out.print(_table(model_id, model, result["models"].get(model_id, {"nodes": {}, "layers": {}})))
        out.print()
    totals = result["totals"]
    weights, trainable = totals["weights"], totals["trainable"]
    out.print(f"Weights: [bold]{weights:,}[/] ({_size(weights * BYTES_A_WEIGHT)})")
    out.print(f"  trainable: {trainable:,}")
    out.print(f"  not trainable: {weights - trainable:,}")
    out.print(f"Operations for one sample: {totals['flops']:,}")
    out.print(f"Memory for training, estimated: {_size(totals['memory_bytes'])}")


def _table(model_id: str, model: Model, known: Json) -> Table:
    table = Table(title=f"Model {escape(model_id)}", title_justify="left", header_style="bold")
    for heading in ("Node", "Type", "Output shape"):
        table.add_column(heading, overflow="fold")
    table.add_column("Weights", justify="right")
    table.add_column("Connected to", overflow="fold")
    first_calls: dict[str, str] = {}
    for node_id in _in_order(model):
        node = model.nodes[node_id]
        layer = model.layers.get(node.layer)
        first = first_calls.setdefault(node.layer, node_id)
        table.add_row(
            escape(node_id),
            escape(layer.type if layer else f"? ({node.layer})"),
            escape(_shapes(known["nodes"].get(node_id))),
            _weights(known["layers"].get(node.layer), first if first != node_id else None),
            escape(", ".join(_sources(node))),
        )
    return table


def _in_order(model: Model) -> list[str]:
    """Sources before those that they feed; what a cycle holds comes last."""
    waiting = {
        node_id: {source.partition(".")[0] for source in _sources(node)} & set(model.nodes)
        for node_id, node in model.nodes.items()
    }
    feeds: dict[str, list[str]] = {}
    for node_id, sources in waiting.items():
        for source in sources:
            feeds.setdefault(source, []).append(node_id)
    ordered = [node_id for node_id, sources in waiting.items() if not sources]
    for node_id in ordered:  # grows while it is walked
        for fed in feeds.get(node_id, ()):
            waiting[fed].discard(node_id)
            if not waiting[fed]:
                ordered.append(fed)
    return ordered + [node_id for node_id in model.nodes if waiting[node_id]]


def _sources(node: Node) -> list[str]:
    return [source for sources in node.inputs.values() for source in sources]


def _shapes(known: Json | None) -> str:
    outputs = known["outputs"] if known else {}
    if len(outputs) == 1:
        return str(next(iter(outputs.values()))["label"])
    return "\n".join(f"{port}: {spec['label']}" for port, spec in outputs.items()) or "?"


def _weights(known: Json | None, shared_with: str | None) -> str:
    if known is None:
        return "?"
    if shared_with is not None and known["weights"]:
        return f"[dim]shared with {escape(shared_with)}[/]"
    return f"{known['weights']:,}"


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"
