"""What a run has learned: evaluate it, predict with it, take its files away. Workers do it; torch is not
here.
"""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import Field, RootModel
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from layerloom.api.bodies import read_model
from layerloom.api.contract import Answer, Body, says
from layerloom.api.errors import JSON
from layerloom.api.reading import evaluate_trained, predict_given_rows, predict_rows_of_dataset
from layerloom.api.runs import RunId
from layerloom.api.services import Services, Use
from layerloom.problems import Problem, ProblemError
from layerloom.store import NotFound

router = APIRouter(prefix="/runs", tags=["learned"])

Rows = list[Any]  # Any: numbers, or lists of them to any depth
WEIGHTS = "weights.safetensors"
EVALUATE_SECONDS = 600
PREDICT_SECONDS = 120


class EvaluateBody(Body):
    """Which rows; by default those that the run's document names."""

    dataset: str | None = Field(default=None, max_length=200, description="Another with those columns.")


class Evaluation(RootModel[dict[str, float | None]]):
    """Keras' keys: `loss`, `<output>_loss`, `<output>_<metric>`; null where a number is not finite."""


class PredictBody(Body):
    """Rows by input, or a data set with the columns that the run's document names."""

    inputs: dict[str, Rows] | None = Field(default=None, description="By input: a list of rows.")
    dataset: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=1000, ge=1, le=100_000, description="Most rows of a data set.")


class Prediction(Answer):
    """By output: a row for each row that went in."""

    outputs: dict[str, Rows]


class Artifact(Answer):
    """A file that a run has left."""

    name: str
    size_bytes: int
    media_type: str


class ArtifactPage(Answer):
    """All files of a run."""

    items: list[Artifact]
    next: None


@router.post("/{run_id}/evaluate", **says(body=EvaluateBody, answer=Evaluation, optional_body=True))
async def evaluate(request: Request, services: Use, run_id: RunId) -> Response:
    """Losses and metrics of each output: on a data set, or on the rows that the run kept for validation."""
    body = await read_model(request, services.limits, EvaluateBody)
    folder = await _artifacts(services, run_id)
    found = await services.supervisor.call(
        evaluate_trained, folder, services.datasets_dir, body.dataset, timeout=EVALUATE_SECONDS
    )
    return JSON(found)


@router.post("/{run_id}/predict", **says(body=PredictBody, answer=Prediction))
async def predict(request: Request, services: Use, run_id: RunId) -> Response:
    """Outputs for given rows, or for the rows of a data set."""
    body = await read_model(request, services.limits, PredictBody)
    call = services.supervisor.call
    if body.inputs is not None and body.dataset is None:
        folder = await _artifacts(services, run_id)
        outputs = await call(predict_given_rows, folder, body.inputs, timeout=PREDICT_SECONDS)
    elif body.dataset is not None and body.inputs is None:
        folder = await _artifacts(services, run_id)
        outputs = await call(
            predict_rows_of_dataset,
            folder,
            services.datasets_dir,
            body.dataset,
            body.limit,
            timeout=PREDICT_SECONDS,
        )
    else:
        received = "neither" if body.inputs is None else "both"
        raise ProblemError(
            Problem(
                code="request.invalid",
                message=f"A prediction needs either `inputs` or `dataset`; received {received}.",
                hint='Send `{"inputs": {"first": [[…]]}}`, or `{"dataset": "digit-pairs"}`.',
                field="inputs",
            )
        )
    return JSON({"outputs": outputs})


@router.get("/{run_id}/artifacts", **says(answer=ArtifactPage))
async def list_artifacts(services: Use, run_id: RunId) -> Response:
    """The files that a run has left."""
    names = await services.supervisor.artifacts(run_id)
    paths = [await services.supervisor.artifact(run_id, name) for name in names]
    return JSON({"items": [_artifact(path) for path in paths], "next": None})


@router.get(
    "/{run_id}/artifacts/{name}", **says(media="application/octet-stream", text="The file, as an attachment.")
)
async def fetch_artifact(
    services: Use, run_id: RunId, name: Annotated[str, PathParameter(max_length=100)]
) -> Response:
    """One file; its name is one of the list, never a path."""
    path = await services.supervisor.artifact(run_id, name)
    return FileResponse(path, filename=name, media_type="application/octet-stream")


async def _artifacts(services: Services, run_id: str) -> Path:
    """The folder of what the run has left.

    Raises:
        ProblemError: `run.unknown`, or `run.state` where it has left no weights yet.
    """
    run = await services.supervisor.get(run_id)
    try:
        weights = await services.supervisor.artifact(run_id, WEIGHTS)
    except NotFound:
        raise ProblemError(
            Problem(
                code="run.state",
                message=f"The run is {run.state} and has left no weights.",
                hint="Wait until it has finished, or stop it: what it has learned is then kept.",
            )
        ) from None
    return weights.parent


def _artifact(path: Path) -> dict[str, str | int]:
    media_type = "application/json" if path.suffix == ".json" else "application/octet-stream"
    return {"name": path.name, "size_bytes": path.stat().st_size, "media_type": media_type}
