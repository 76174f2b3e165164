"""What the page asks before it trains: a trial step, what a warm start keeps, the learning rate's curve."""

import asyncio

from fastapi import APIRouter
from pydantic import Field, JsonValue
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import read_json, read_model, to_model
from layerloom.api.contract import Answer, Body, DocumentJson, says
from layerloom.api.errors import JSON, problems_json
from layerloom.api.services import Use
from layerloom.document import Typed, to_text
from layerloom.runs import preflight as preflights
from layerloom.runs.warm_start import WeightStart
from layerloom.training.schedule_curve import schedule_curve
from layerloom.versions import load_document

router = APIRouter(tags=["runs"])

PREFLIGHT_SECONDS = 60
_NO_LIMIT = 2**46
"""Bytes of address space for a trial: a graphics card's driver reserves much more than it uses."""


class PreflightBody(Body):
    """A document as it would be trained."""

    document: DocumentJson = Field(description="As it would be trained.")


class PreflightAnswer(preflights.Preflight):
    """Found by one step on a synthetic batch of the document's size. Numbers are null where nothing could be run."""


class WarmStartBody(Body):
    """A document, and a run that it might begin from."""

    document: DocumentJson
    run: str = Field(
        max_length=200, description="Id of a run that has ended, or `id/name` for a checkpoint of it."
    )


class WeightStartAnswer(WeightStart):
    """How one weight begins."""


class WarmStartAnswer(Answer):
    """Every weight of the trained model, in the order of its layers, then those that are gone."""

    weights: list[WeightStartAnswer]


class ScheduleBody(Body):
    """An optimizer as a document has it: `{"type": "Adam", "config": {…}}`."""

    optimizer: dict[str, JsonValue]
    steps: int = Field(ge=1, le=10**9, description="Steps of the whole training.")


class ScheduleAnswer(Answer):
    """At most 200 points: `rates[i]` is the learning rate of the step after `steps[i]` finished ones."""

    steps: list[int]
    rates: list[float]


@router.post("/preflight", **says(body=PreflightBody, answer=PreflightAnswer))
async def preflight(request: Request, services: Use) -> Response:
    """One step on a synthetic batch: its time and memory, what gets no gradient, what is not used."""
    body = to_model(await read_json(request, services.limits), PreflightBody)
    document = load_document(body.document, services.limits)
    found = await services.supervisor.call(
        preflights.preflight,
        to_text(document),
        services.datasets_dir,
        services.weights_dir,
        services.limits,
        timeout=PREFLIGHT_SECONDS,
        memory=_NO_LIMIT,
    )
    return JSON(found.model_dump(mode="json", exclude={"problems"}) | problems_json(found.problems))


@router.post("/warm-start", **says(body=WarmStartBody, answer=WarmStartAnswer))
async def warm_start(request: Request, services: Use) -> Response:
    """Which weights a training of this document would take over from a run, and what becomes of the others."""
    body = to_model(await read_json(request, services.limits), WarmStartBody)
    document = load_document(body.document, services.limits)
    found = await services.supervisor.compare_weights(document, body.run)
    return JSON({"weights": [item.model_dump(mode="json") for item in found]})


@router.post("/schedule", **says(body=ScheduleBody, answer=ScheduleAnswer))
async def schedule(request: Request, services: Use) -> Response:
    """The learning rate over the steps, for a preview; at most 200 points."""
    body = await read_model(request, services.limits, ScheduleBody)
    curve = await asyncio.to_thread(schedule_curve, to_model(body.optimizer, Typed), body.steps)
    return JSON({"steps": curve.steps, "rates": curve.rates})
