"""What OpenAPI says: each route names the models of its body and answer, and the schema is put together from them.

Bodies are read and answers written by our own code (limits, canonical JSON), so FastAPI must not parse them a second
time; it only does the parameters.
"""

from functools import cache
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from layerloom import __version__
from layerloom.document import Document
from layerloom.problems import Problem

_REF = "#/components/schemas/{model}"
_described: dict[str, Any] = {}  # Any: a pydantic model, or a union that only a TypeAdapter takes


class Answer(BaseModel):
    """Base of what the API answers: every field is there, nothing else is."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problems(Answer):
    """Every error, whatever its status."""

    problems: list[Problem] = Field(description="What is wrong, where, and how to mend it.")


def describe(name: str, described: Any) -> Any:  # Any: see _described
    """Puts a model or a union into the schema under a name; returns it."""
    _described[name] = described
    return described


def says(
    *,
    answer: type[BaseModel] | str | None = None,
    body: type[BaseModel] | None = None,
    status: int = 200,
    text: str = "The answer.",
    media: str = "application/json",
    multipart: dict[str, Any] | None = None,  # Any: JSON Schema
    conditional: bool = False,
    optional_body: bool = False,
) -> dict[str, Any]:  # Any: keyword arguments of a FastAPI route
    """Arguments for a route's decorator: `@router.post("/check", **says(body=Document, answer=CheckAnswer))`."""
    content: dict[str, Any] = {media: {"schema": _reference(answer)}} if answer else {}
    if media != "application/json" and not answer:
        content = {media: {"schema": {"type": "string", "format": "binary"}}}
    extra: dict[str, Any] = {}
    if body is not None:
        extra["requestBody"] = {
            "required": not optional_body,
            "content": {"application/json": {"schema": _reference(body)}},
        }
    if multipart is not None:
        request_body = extra.setdefault("requestBody", {"required": True, "content": {}})
        request_body["content"]["multipart/form-data"] = {"schema": multipart}
    if conditional:
        extra["parameters"] = [
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
                "description": "The ETag of the version that is replaced.",
            }
        ]
    described: dict[str, Any] = {"description": text}
    if content:
        described["content"] = content
    return {
        "response_model": None,
        "status_code": status,
        "responses": {status: described},
        "openapi_extra": extra,
    }


def operation_id(route: APIRoute) -> str:
    """The function's name, so that generated clients have calls with good names."""
    return route.name


def openapi(app: FastAPI) -> dict[str, Any]:  # Any: an OpenAPI document
    """The whole description, deterministic, with one error shape for every call."""
    schema = get_openapi(
        title="Layerloom",
        version=__version__,
        description="Wire a model on a canvas, train it in PyTorch, watch every output learn. "
        "Every call but `GET /api/health` needs the token. Every error is `{\"problems\": […]}`. "
        "The websocket `/api/runs/{id}/events?after=SEQ` replays and follows a run's events: each message is one "
        "`Event` or an array of them.",
        routes=app.routes,
    )
    components = schema.setdefault("components", {})
    components["schemas"] = dict(sorted(_schemas().items()))
    components["responses"] = {
        "Problems": {
            "description": "What is wrong.",
            "content": {"application/json": {"schema": {"$ref": _REF.format(model="Problems")}}},
        }
    }
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "layerloom_<port>"},
    }
    schema["security"] = [{"token": []}, {"session": []}]
    for path, item in schema["paths"].items():
        for operation in item.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problems"}
            if path in ("/api/health",):
                operation["security"] = []
    return schema


@cache
def _schemas() -> dict[str, Any]:  # Any: JSON Schema
    named = {"Document": Document, "Problems": Problems, **_described}
    modes: dict[str, Literal["validation", "serialization"]] = {"Document": "validation"}
    inputs = [
        (name, modes.get(name, _mode(described)), TypeAdapter(described)) for name, described in named.items()
    ]
    top, rest = TypeAdapter.json_schemas(inputs, ref_template=_REF)
    schemas: dict[str, Any] = dict(rest["$defs"])
    for (name, _), schema in top.items():
        if schema != {"$ref": _REF.format(model=name)}:
            schemas[name] = schema
    return schemas


def _mode(described: Any) -> Literal["validation", "serialization"]:  # Any: see _described
    """Answers are described as they are written, bodies as they are read."""
    is_body = isinstance(described, type) and issubclass(described, Body)
    return "validation" if is_body else "serialization"


class Body(BaseModel):
    """Base of what the API takes, apart from documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _reference(model: type[BaseModel] | str) -> dict[str, str]:
    if isinstance(model, str):
        return {"$ref": _REF.format(model=model)}
    if model is not Document:
        describe(model.__name__, model)
    return {"$ref": _REF.format(model=model.__name__)}
