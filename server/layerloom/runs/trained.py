"""What a run has learned, opened: model, weights and encoders. With torch, so in a child.

A run's artifacts are all that is needed: its document, its weights, and how its columns were encoded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import orjson
from safetensors.numpy import load_file

from layerloom.data.encoding import EncoderState
from layerloom.document import Limits, Training
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import Plan, plan
from layerloom.graph.resolve import resolve
from layerloom.runs.meaning import Meaning, meaning
from layerloom.training.recipe import recipe
from layerloom.versions import load_document

WEIGHTS = "weights.safetensors"

_NO_LIMITS = Limits(
    document_bytes=2**40,
    nodes=2**31,
    edges=2**31,
    models=2**31,
    model_depth=64,
    expanded_nodes=2**31,
    weights=2**60,
)
"""What has trained has passed the limits that the server had then."""


@dataclass(frozen=True)
class Trained:
    """A run's model with its weights, and what is needed to feed it and to read what it says."""

    training: Training
    plan: Plan
    model: BuiltModel
    encoders: Mapping[str, EncoderState] = field(default_factory=dict)
    """By Input and Output id; empty where the rows were generated."""
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    """By Output id."""

    @property
    def gathers_rows(self) -> bool:
        """Whether a sample is made of several rows, so that a file must be encoded in one piece."""
        return any(state.window is not None for state in self.encoders.values())


def open_trained(artifacts: Path) -> Trained:
    """The model as the run left it. A process keeps the last one that it opened, until its weights change."""
    return _opened(artifacts, (artifacts / WEIGHTS).stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _opened(artifacts: Path, changed: int) -> Trained:
    document = load_document((artifacts / "document.json").read_bytes(), _NO_LIMITS)
    training = document.training
    assert training is not None, "a run's document says how it trains"
    planned = plan(
        infer(resolve(document, _NO_LIMITS)), training.model, training.inputs, sorted(training.outputs)
    )
    model = build(planned, seed=0)
    model.set_weights(load_file(artifacts / WEIGHTS))
    model.eval()
    encoders = encoders_in(artifacts)
    outputs = recipe(training).outputs
    meanings = {
        name: meaning(spec, outputs[name].loss if name in outputs else None, encoders.get(name))
        for name, spec in planned.outputs.items()
    }
    return Trained(training, planned, model, encoders, meanings)


def encoders_in(artifacts: Path) -> dict[str, EncoderState]:
    """How the columns became inputs and targets, by Input and Output id; empty where the rows were generated."""
    path = artifacts / "encoders.json"
    if not path.is_file():
        return {}
    states = orjson.loads(path.read_bytes())
    return {name: EncoderState.model_validate(state) for name, state in states.items()}
