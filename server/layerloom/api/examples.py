"""`GET /api/examples`: documents that come with the package and train at once; in a checkout they lie in
`examples/`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from layerloom.api.contract import Answer, DocumentJson, says
from layerloom.api.errors import JSON

router = APIRouter(tags=["examples"])

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE / "examples", _PACKAGE.parent.parent / "examples")


@dataclass(frozen=True, slots=True)
class Example:
    """One example as its index describes it; names and descriptions by language code."""

    id: str
    names: dict[str, str]
    descriptions: dict[str, str]
    text: bytes


class ExampleAnswer(Answer):
    """A document to begin with. `names` and `descriptions` hold the other languages by code (`zh`)."""

    id: str
    name: str
    description: str
    names: dict[str, str]
    descriptions: dict[str, str]
    document: DocumentJson


class ExamplePage(Answer):
    """All examples, in the gallery's order."""

    items: list[ExampleAnswer]
    next: None


@router.get("/examples", **says(answer=ExamplePage))
async def list_examples() -> Response:
    """The gallery, documents included."""
    return Response(gallery(), media_type="application/json")


@cache
def examples() -> tuple[Example, ...]:
    """Read once; empty where no folder of examples was installed."""
    folder = next((folder for folder in _FOLDERS if (folder / "index.json").is_file()), None)
    if folder is None:
        return ()
    return tuple(
        Example(
            id=item["id"],
            names=_by_language(item, "name"),
            descriptions=_by_language(item, "description"),
            text=(folder / f"{item['id']}.json").read_bytes(),
        )
        for item in orjson.loads((folder / "index.json").read_bytes())
    )


def find_example(example_id: str) -> Example | None:
    return next((example for example in examples() if example.id == example_id), None)


@cache
def gallery() -> bytes:
    """The answer, made once."""
    items = [
        {
            "id": example.id,
            "name": example.names.get("en", example.id),
            "description": example.descriptions.get("en", ""),
            "names": example.names,
            "descriptions": example.descriptions,
            "document": orjson.Fragment(example.text),
        }
        for example in examples()
    ]
    return bytes(JSON({"items": items, "next": None}).body)


def _by_language(item: dict[str, str], field: str) -> dict[str, str]:
    """`{"name": …, "name_zh": …}` → `{"en": …, "zh": …}`."""
    found = {"en": item[field]} if field in item else {}
    prefix = f"{field}_"
    return found | {key.removeprefix(prefix): text for key, text in item.items() if key.startswith(prefix)}
