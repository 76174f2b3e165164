"""`/api/runs`: start, watch, steer, and take away what a run has learned."""

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import read_json, read_model, to_model
from layerloom.api.contract import Answer, Body, DocumentJson, says
from layerloom.api.errors import JSON
from layerloom.api.paging import CursorQuery, LimitQuery
from layerloom.api.services import Services, Use
from layerloom.document import Document
from layerloom.problems import Problem, ProblemError
from layerloom.runs.records import RunHistory, RunRecord
from layerloom.versions import load_document

router = APIRouter(prefix="/runs", tags=["runs"])

RunId = Annotated[str, PathParameter(max_length=100)]
JsonObject = dict[str, Any]  # Any: JSON
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Run(RunRecord):
    """One training of one document."""


class RunPage(Answer):
    """The newest first."""

    items: list[Run]
    next: str | None


class RunBody(Body):
    """A document, or the id of a project whose document is trained; with both, the run belongs to the
    project.
    """

    document: DocumentJson | None = None
    project: str | None = Field(default=None, max_length=100)
    training: JsonObject | None = Field(
        default=None,
        description="Laid over the document's `training`: objects merge, null removes, the rest replaces "
        "(RFC 7396).",
    )
    continues: str | None = Field(
        default=None,
        max_length=200,
        description="Id of a run that has ended: this one goes on from its last state (weights, optimizer, random "
        "numbers, epochs counted on); `fit.epochs` is the new total. `id/name`: from that checkpoint of it.",
    )
    warm_start: str | None = Field(
        default=None,
        max_length=200,
        description="Id of a run that has ended: layers that did not change begin with its weights (see "
        "`POST /api/warm-start`). `id/name`: with those of that checkpoint.",
    )


class RunChange(Body):
    """What can be changed of a run at any time."""

    name: Annotated[str, Field(min_length=1, max_length=200, description="Its document's until then.")]


class TrainingChange(Body):
    """What can change while a run trains; in force from the next step."""

    loss_weights: dict[str, Finite] = Field(default_factory=dict, description="By output.")
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


@router.get("", **says(answer=RunPage))
async def list_runs(
    services: Use,
    limit: LimitQuery = 50,
    cursor: CursorQuery = None,
    project: Annotated[str | None, Query(max_length=100, description="Only runs of this project.")] = None,
) -> Response:
    """All runs, or a project's, the newest first."""
    page = await services.supervisor.list(limit, cursor, project)
    return JSON({"items": [_json(item) for item in page.items], "next": page.next})


@router.post("", **says(body=RunBody, answer=Run, status=201, text="The run; `Location` names it."))
async def start_run(
    request: Request,
    services: Use,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1, max_length=255, description="A repeated request with the same key is the same run."
        ),
    ] = None,
) -> Response:
    """Starts a run, or queues it; 422 with every problem where the document cannot be trained."""
    body = to_model(await read_json(request, services.limits), RunBody)
    document = await _document(body, services)
    run = await services.supervisor.submit(
        document,
        project=body.project,
        overrides=body.training,
        idempotency_key=idempotency_key,
        continues=body.continues,
        warm_start=body.warm_start,
    )
    return JSON(_json(run), status_code=201, headers={"Location": f"/api/runs/{run.id}"})


@router.get("/{run_id}", **says(answer=Run))
async def show_run(services: Use, run_id: RunId) -> Response:
    """One run: its state, how far it is, the latest losses."""
    return JSON(_json(await services.supervisor.get(run_id)))


@router.get("/{run_id}/document", **says(answer=Document, text="What the run trains."))
async def show_run_document(services: Use, run_id: RunId) -> Response:
    """The document as the run was started with it, overrides and the drawn seed in it."""
    return Response(await services.supervisor.document(run_id), media_type="application/json")


@router.patch("/{run_id}", **says(body=RunChange, answer=Run))
async def change_run(request: Request, services: Use, run_id: RunId) -> Response:
    """Gives a run another name, to tell it from others by."""
    change = await read_model(request, services.limits, RunChange)
    return JSON(_json(await services.supervisor.rename(run_id, change.name)))


@router.delete("/{run_id}", **says(status=204, text="Gone."))
async def delete_run(services: Use, run_id: RunId) -> Response:
    """Stops a run where it still trains, and deletes it with its events and artifacts."""
    await services.supervisor.delete(run_id)
    return Response(status_code=204)


@router.post("/{run_id}/pause", **says(answer=Run))
async def pause_run(services: Use, run_id: RunId) -> Response:
    """Pauses between two steps; a paused run stays as it is."""
    return JSON(_json(await services.supervisor.pause(run_id)))


@router.post("/{run_id}/resume", **says(answer=Run))
async def resume_run(services: Use, run_id: RunId) -> Response:
    """Goes on with a paused run, or with an interrupted one from its last checkpoint."""
    return JSON(_json(await services.supervisor.resume(run_id)))


@router.post("/{run_id}/stop", **says(answer=Run))
async def stop_run(services: Use, run_id: RunId) -> Response:
    """Ends a run after the present step and keeps what it has learned."""
    return JSON(_json(await services.supervisor.stop(run_id)))


@router.patch("/{run_id}/training", **says(body=TrainingChange, answer=Run))
async def change_training(request: Request, services: Use, run_id: RunId) -> Response:
    """Changes loss weights or the learning rate of a run while it trains."""
    change = await read_model(request, services.limits, TrainingChange)
    run = await services.supervisor.change_training(run_id, change.loss_weights, change.learning_rate)
    return JSON(_json(run))


@router.get("/{run_id}/history", **says(answer=RunHistory))
async def show_history(services: Use, run_id: RunId) -> Response:
    """The table of epochs, as Keras' `History`."""
    return JSON(_json(await services.supervisor.history(run_id)))


async def _document(body: RunBody, services: Services) -> Document:
    """What shall be trained.

    Raises:
        ProblemError: `request.invalid`, `project.unknown`, or what `load_document` raises.
    """
    project = None
    if body.project is not None:
        project = await asyncio.to_thread(services.store.projects.get, body.project)
    data = body.document
    if data is None and project is not None:
        data = orjson.loads(project.document)
    if not isinstance(data, dict):
        raise _no_document(data)
    return load_document(data, services.limits)


def _no_document(received: object) -> ProblemError:
    kind = "nothing" if received is None else type(received).__name__
    return ProblemError(
        Problem(
            code="request.invalid",
            message=f"A run needs a document; received {kind}.",
            hint='Send `{"document": {…}}`, or `{"project": "<id>"}` to train a project as it is saved.',
            field="document",
        )
    )


def _json(model: BaseModel) -> JsonObject:
    return model.model_dump(mode="json")
