"""What a run has learned: evaluate it, report on it, predict with it. Workers do it; torch is not here."""

from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from layerloom.api.bodies import read_model
from layerloom.api.contract import says
from layerloom.api.errors import JSON
from layerloom.api.file_predictions import predict_for_file
from layerloom.api.learned_bodies import EvaluateBody, Evaluation, PredictBody, Prediction
from layerloom.api.reading import (
    evaluate_trained,
    predict_dataset,
    predict_inputs,
    predict_raw,
    report_trained,
)
from layerloom.api.runs import RunId
from layerloom.api.services import Services, Use
from layerloom.problems import Problem, ProblemError
from layerloom.store import NotFound
from layerloom.training.reports.report import Report

router = APIRouter(prefix="/runs", tags=["learned"])

WEIGHTS = "weights.safetensors"
EVALUATE_SECONDS = 600
EVALUATE_MEMORY = 16 * 1024**3
"""Of addresses, for the rows of large data sets are mapped."""
PREDICT_SECONDS = 120


@router.post("/{run_id}/evaluate", **says(body=EvaluateBody, answer=Evaluation, optional_body=True))
async def evaluate(request: Request, services: Use, run_id: RunId) -> Response:
    """Losses and metrics of each output: on a part of a data set, or on the rows kept for validation."""
    body = await read_model(request, services.limits, EvaluateBody)
    folder = await _artifacts(services, run_id)
    found = await services.supervisor.call(
        evaluate_trained,
        folder,
        services.datasets_dir,
        body.dataset,
        body.split,
        timeout=EVALUATE_SECONDS,
        memory=EVALUATE_MEMORY,
    )
    return JSON(found)


@router.post("/{run_id}/report", **says(body=EvaluateBody, answer=Report, optional_body=True))
async def report(request: Request, services: Use, run_id: RunId) -> Response:
    """How each output meets its target: confusion, curves, residuals, and the samples with the largest loss."""
    body = await read_model(request, services.limits, EvaluateBody)
    folder = await _artifacts(services, run_id)
    found = await services.supervisor.call(
        report_trained,
        folder,
        services.datasets_dir,
        body.dataset,
        body.split,
        timeout=EVALUATE_SECONDS,
        memory=EVALUATE_MEMORY,
    )
    return JSON(found.model_dump(mode="json"))


@router.post(
    "/{run_id}/predict",
    **says(
        body=PredictBody,
        answer=Prediction,
        text="The prediction; of a file by default as CSV, an attachment, and as this where `Accept` asks for JSON.",
        multipart={
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {
                    "type": "string",
                    "format": "binary",
                    "description": "Rows with the columns that the run was trained with, in any form of an upload.",
                }
            },
        },
    ),
)
async def predict(request: Request, services: Use, run_id: RunId) -> Response:
    """Outputs for rows of raw values, for rows by input, for the rows of a data set, or for those of a file."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await predict_for_file(request, services, run_id, await _artifacts(services, run_id))
    body = await read_model(request, services.limits, PredictBody)
    given = [name for name in ("inputs", "rows", "dataset") if getattr(body, name) is not None]
    if len(given) != 1:
        raise ProblemError(_one_source(given))
    folder = await _artifacts(services, run_id)
    call, nodes = services.supervisor.call_kept, body.nodes
    if body.rows is not None:
        found = await call(run_id, predict_raw, folder, body.rows, nodes, timeout=PREDICT_SECONDS)
    elif body.inputs is not None:
        found = await call(run_id, predict_inputs, folder, body.inputs, nodes, timeout=PREDICT_SECONDS)
    else:
        found = await call(
            run_id,
            predict_dataset,
            folder,
            services.datasets_dir,
            body.dataset,
            body.split,
            body.limit,
            nodes,
            timeout=PREDICT_SECONDS,
        )
    return JSON(found)


async def _artifacts(services: Services, run_id: str) -> Path:
    """The folder of what the run has left.

    Raises:
        ProblemError: `run.unknown`, or `run.state` where it has left no weights yet.
    """
    try:
        weights = await services.supervisor.artifact(run_id, WEIGHTS)
    except NotFound:
        run = await services.supervisor.get(run_id)
        raise ProblemError(
            Problem(
                code="run.state",
                message=f"The run is {run.state} and has left no weights.",
                hint="Wait until it has finished, or stop it: what it has learned is then kept.",
            )
        ) from None
    return weights.parent


def _one_source(given: list[str]) -> Problem:
    received = " and ".join(f"`{name}`" for name in given) or "none"
    return Problem(
        code="request.invalid",
        message=f"A prediction needs one of `rows`, `inputs` and `dataset`; received {received}.",
        hint='Send `{"rows": [{"age": 41}]}`, `{"inputs": {"first": [[…]]}}`, or `{"dataset": "digit-pairs"}`.',
        field="rows",
    )
