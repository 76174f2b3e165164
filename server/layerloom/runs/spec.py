"""What a worker is told: references and limits as JSON; no code, no pickle."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from layerloom.document import Limits
from layerloom.store.events import Checkpoint

CHECKPOINTS = "checkpoints"
ARTIFACTS = "artifacts"
START = "start"
"""What a run begins with, where it goes on from another or begins with its weights."""
LOG = "log.txt"


class RunSpec(BaseModel):
    """One attempt of one run.

    `folder` is the run's own: its checkpoints, artifacts and log lie there. `checkpoints` are those to go on
    from, the newest first: the first whose hash is right is taken. `epochs`: the `epoch_ended` events so far.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    attempt: int
    document: str
    folder: Path
    datasets: Path
    weights: Path | None = None
    limits: Limits = Limits()
    checkpoints: tuple[Checkpoint, ...] = ()
    epochs: tuple[str, ...] = ()
    heartbeat_seconds: float = 2.0
    buffered_events: int = 10_000
