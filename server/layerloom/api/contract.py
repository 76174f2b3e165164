"""What OpenAPI says: each route names the models of its body and answer, and the schema is put together from
them.

Bodies are read and answers written by our own code (limits, canonical JSON), so FastAPI must not parse them a
second time; it only does the parameters.
"""

from functools import cache
from typing import Annotated, Any, Literal, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from layerloom import __version__
from layerloom.document import Document
from layerloom.events import Event
from layerloom.problems import Problem

_REF = "#/components/schemas/{model}"
_described: dict[str, Any] = {}  # Any: a pydantic model, or a union that only a TypeAdapter takes


DocumentJson = Annotated[Any, WithJsonSchema({"x-document": True})]
"""A document inside a body or an answer. Any: its own reader and writer do the work."""


class Body(BaseModel):
    """Base of what the API takes, apart from documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    chunk: bool = False,
) -> dict[str, Any]:  # Any: keyword arguments of a FastAPI route
    """Arguments of a decorator: `@router.post("/check", **says(body=Document, answer=CheckAnswer))`."""
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
    if chunk:
        extra["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
        extra["parameters"] = [
            {
                "name": "Upload-Offset",
                "in": "header",
                "required": True,
                "schema": {"type": "integer", "minimum": 0},
                "description": "Where in the file the part begins, in bytes.",
            }
        ]
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
        'Every call but `GET /api/health` needs the token. Every error is `{"problems": […]}`. '
        "The websocket `/api/runs/{id}/events?after=SEQ` replays and follows a run's events: each message is "
        "one `Event` or an array of them.",
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
    top, rest = TypeAdapter.json_schemas(inputs, ref_template=_REF, schema_generator=_Generator)
    schemas: dict[str, Any] = dict(rest["$defs"])
    for (name, _), schema in top.items():
        if schema != {"$ref": _REF.format(model=name)}:
            schemas[name] = schema
    for name, optional in _left_out().items():
        schemas[name]["required"] = [field for field in schemas[name]["required"] if field not in optional]
    filled: dict[str, Any] = _with_documents(schemas)
    return filled


class _Generator(GenerateJsonSchema):
    """Knows that an answer writes the fields that have a default too."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


def _left_out() -> dict[str, frozenset[str]]:
    """Fields that an answer leaves out where there is nothing to say, by schema."""
    problem = {name for name, field in Problem.model_fields.items() if field.default is None}
    kinds: tuple[Any, ...] = get_args(get_args(Event)[0])  # Any: classes of events
    return {"Problem": frozenset(problem)} | {
        kind.__name__: kind.left_out_when_none for kind in kinds if kind.left_out_when_none
    }


def _with_documents(schema: Any) -> Any:  # Any: JSON Schema
    """The reference to the document's schema where `DocumentJson` stands; pydantic does not know it."""
    if isinstance(schema, dict):
        if "x-document" in schema:
            return {"$ref": _REF.format(model="Document")}
        return {key: _with_documents(value) for key, value in schema.items()}
    return [_with_documents(value) for value in schema] if isinstance(schema, list) else schema


def _mode(described: Any) -> Literal["validation", "serialization"]:  # Any: see _described
    """Answers are described as they are written, bodies as they are read."""
    is_body = isinstance(described, type) and issubclass(described, Body)
    return "validation" if is_body else "serialization"


def _reference(model: type[BaseModel] | str) -> dict[str, str]:
    if isinstance(model, str):
        return {"$ref": _REF.format(model=model)}
    if model is not Document:
        describe(model.__name__, model)
    return {"$ref": _REF.format(model=model.__name__)}
