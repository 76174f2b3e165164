"""`GET /api/layers`: the catalogue of layer types, optimizers, losses, metrics, callbacks, schedules and encoders."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.contract import Answer, says
from layerloom.api.errors import encode
from layerloom.data.encoders.base import describe as describe_encoders
from layerloom.layers.catalogue import describe as describe_layers
from layerloom.training.catalogue import describe as describe_training

router = APIRouter(tags=["catalogue"])

JsonObject = dict[str, Any]  # Any: JSON


class InputPort(Answer):
    """Takes `least` to `most` edges; `most` is null where any number will do."""

    name: str
    description: str
    least: int
    most: int | None


class OutputPort(Answer):
    """Where a tensor comes out."""

    name: str
    description: str


class LayerExample(Answer):
    """A use of a layer type."""

    title: str
    config: JsonObject
    layers: JsonObject = Field(description="Layers that the config names, as a document holds them.")


class LayerDescription(Answer):
    """A layer type; the ports are those of its default config."""

    type: str
    category: str
    summary: str
    documentation: str = Field(description="Markdown.")
    config_schema: JsonObject = Field(alias="schema", description="JSON Schema of the config.")
    inputs: list[InputPort]
    outputs: list[OutputPort]
    search_words: list[str]
    is_callable: bool = Field(description="Off: only other layers name it, such as a recurrent cell.")
    examples: list[LayerExample]


class TypeDescription(Answer):
    """An optimizer, a loss, a metric, a callback or a schedule."""

    type: str
    summary: str
    documentation: str = Field(description="Markdown.")
    config_schema: JsonObject = Field(alias="schema", description="JSON Schema of the config.")


class EncoderDescription(TypeDescription):
    """How values of columns become numbers."""

    takes: list[str] = Field(description="Kinds of columns that it reads.")
    roles: list[Literal["input", "target"]] = Field(description="Ends that it can be chosen for.")


class Catalogue(Answer):
    """All that a document can name by type."""

    layers: list[LayerDescription]
    optimizers: list[TypeDescription]
    losses: list[TypeDescription]
    metrics: list[TypeDescription]
    callbacks: list[TypeDescription]
    schedules: list[TypeDescription]
    encoders: list[EncoderDescription]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The answer, made once."""

    plain: bytes
    packed: bytes
    etag: str


@router.get("/layers", **says(answer=Catalogue))
def show_catalogue(request: Request) -> Response:
    """The catalogue. It changes only with the server's version, so it has an ETag."""
    encoded = encoded_catalogue()
    headers = {"ETag": encoded.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == encoded.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(encoded.plain, media_type="application/json", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(encoded.packed, media_type="application/json", headers=headers)


@cache
def encoded_catalogue() -> Encoded:
    """Slow the first time, for every layer type is imported then."""
    plain = encode({"layers": describe_layers(), **describe_training(), "encoders": describe_encoders()})
    etag = f'"{hashlib.sha256(plain).hexdigest()[:24]}"'
    return Encoded(plain, gzip.compress(plain, 6, mtime=0), etag)
