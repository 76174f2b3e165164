"""`GET /api/examples`: the documents of the gallery; all of them train at once."""

from functools import cache

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from layerloom.api.contract import Answer, DocumentJson, says
from layerloom.api.errors import JSON
from layerloom.api.gallery import examples

router = APIRouter(tags=["examples"])


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
