"""`POST /api/check`: a document → specs of every node, weights, totals, problems. Arithmetic, no torch."""

import asyncio

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.contract import Answer, says
from layerloom.api.errors import encode
from layerloom.api.layers import InputPort, OutputPort
from layerloom.api.services import Services, Use
from layerloom.document import Document
from layerloom.problems import Problem
from layerloom.runs.preparation import prepare
from layerloom.versions import load_document

router = APIRouter(tags=["documents"])

LARGE_BODY = 64 * 1024
"""A larger document is checked in a thread, so that events go on meanwhile."""


class TensorSpecAnswer(Answer):
    """A tensor without its values; null is a size known only at run time."""

    shape: list[int | None]
    dtype: str
    axes: list[str]
    masked: bool
    label: str = Field(description="As the edge shows it: `(batch, 8, 8)`.")


class BundleSpecAnswer(Answer):
    """What `Join` gives: tensors by name."""

    bundle: dict[str, TensorSpecAnswer]
    label: str


class NodeCheck(Answer):
    """What is known of a node; an Output has its tensor under `output`."""

    outputs: dict[str, TensorSpecAnswer | BundleSpecAnswer]


class LayerCheck(Answer):
    """What is known of a layer: its weights, and the ports that it has under its config."""

    weights: int
    trainable: int
    inputs: list[InputPort]
    outputs: list[OutputPort]


class ModelCheck(Answer):
    """What is known of a model; an unfinished one has fewer entries."""

    nodes: dict[str, NodeCheck]
    layers: dict[str, LayerCheck]


class Totals(Answer):
    """Of the model that trains; shared layers count once."""

    weights: int
    trainable: int
    flops: int = Field(description="Operations for one sample, forward.")
    memory_bytes: int = Field(description="An estimate for training at the batch size.")


class CheckAnswer(Answer):
    """Whether the document can be trained, and everything that is known of it."""

    ok: bool
    problems: list[Problem]
    models: dict[str, ModelCheck]
    totals: Totals


@router.post("/check", **says(body=Document, answer=CheckAnswer))
async def check(request: Request, services: Use) -> Response:
    """Checks a document; 200 for every one that can be read, finished or not."""
    body = await request.body()
    if len(body) <= LARGE_BODY:
        return Response(_check(body, services), media_type="application/json")
    async with services.checks:
        content = await asyncio.to_thread(_check, body, services)
    return Response(content, media_type="application/json")


def _check(body: bytes, services: Services) -> bytes:
    document = load_document(body, services.limits)
    return encode(
        prepare(document, services.datasets_dir, services.limits, weights=services.weights_dir).to_json()
    )
