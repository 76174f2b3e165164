"""Preflight: what a training will cost and whether everything in it learns, from one synthetic batch.

Only what crosses to the server is here; `trial` has torch and does the step.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from layerloom.document import Limits
from layerloom.problems import Problem
from layerloom.versions import load_document


class Preflight(BaseModel):
    """Found by one step on a synthetic batch of the document's size. Numbers are null where nothing could be run."""

    model_config = ConfigDict(frozen=True)

    ok: bool = Field(description="Whether it can be trained.")
    seconds: float | None = Field(
        default=None, description="Estimate for the whole training: steps × step_seconds."
    )
    step_seconds: float | None = Field(
        default=None, description="Measured: one step, forward, backward and update."
    )
    steps_per_epoch: int | None = Field(
        default=None, description="Null where the number of rows is not known."
    )
    steps: int | None = Field(default=None, description="Of all epochs.")
    flops_per_step: int | None = Field(
        default=None, description="Floating point operations of the large kernels, forward and backward."
    )
    memory_bytes: int | None = Field(
        default=None,
        description="Weights, gradients, the optimizer's buffers, and what a step keeps for backward.",
    )
    device: Literal["cpu", "cuda", "mps"] | None = Field(default=None, description="Where it would train.")
    losses: dict[str, float | None] = Field(
        default_factory=dict, description="By output, at the start; null where not finite."
    )
    without_gradient: list[str] = Field(
        default_factory=list, description="Layers with weights that may learn, none of which got a gradient."
    )
    unused: list[str] = Field(
        default_factory=list, description="Nodes of the trained model whose output reaches no trained output."
    )
    problems: list[Problem] = Field(default_factory=list)


def preflight(document: str, datasets: Path | None, weights: Path | None, limits: Limits) -> Preflight:
    """The trial of a document, given as JSON text. Called in a child: loads torch."""
    from layerloom.runs.trial import trial

    whole = replace(limits, document_bytes=2**40)  # its canonical text may be longer than what was sent
    return trial(load_document(document.encode(), whole), datasets, weights, limits)


def find_devices() -> list[str]:
    """The devices of this machine, the fastest first. Called in a child: loads torch."""
    from layerloom.training.devices import available_devices

    return list(available_devices())
