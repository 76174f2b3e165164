"""Every example of the gallery trains, and goes on bit for bit from a saved state: shared layers, nested models,
batch statistics and dropout included.
"""

from pathlib import Path
from typing import Any

import pytest
import torch

from layerloom.data.bound import BoundData
from layerloom.data.loading import bind_dataset
from layerloom.document import Document, Training
from layerloom.events import EpochEnded, Event, RunStarted, StepEnded
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.training.check import check
from layerloom.training.data import TrainingData
from layerloom.training.loop import fit
from layerloom.training.state import FitState
from layerloom.versions import load_document

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json") if path.stem != "index")
ROWS = 50


def example(name: str) -> Document:
    return load_document((EXAMPLES / f"{name}.json").read_bytes())


def made(document: Document) -> tuple[BuiltModel, TrainingData, Training]:
    planned, chosen = plan(infer(resolve(document))), document.training
    assert chosen is not None
    assert chosen.data is not None
    losses = {name: str(output.loss) for name, output in chosen.outputs.items()}
    data = bind_dataset(chosen.data, None, planned.inputs, planned.outputs, losses, chosen.fit)
    assert data.validation is not None
    short = chosen.model_copy(update={"fit": chosen.fit.model_copy(update={"epochs": 2, "batch_size": 16})})
    few = TrainingData(*cut(data), validation=TrainingData(*cut(data.validation)))
    return build(planned, seed=3), few, short


def cut(data: BoundData) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {name: array[:ROWS] for name, array in data.inputs.items()},
        {name: array[:ROWS] for name, array in data.targets.items()},
    )


def shown(events: list[Event]) -> list[Any]:
    """The numbers of the events, without times."""
    steps = [(event.losses, event.loss) for event in events if isinstance(event, StepEnded)]
    epochs = [
        (event.losses, event.metrics, event.validation) for event in events if isinstance(event, EpochEnded)
    ]
    return [*steps, *epochs]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_passes_the_check_of_its_training(name: str) -> None:
    document = example(name)
    planned = plan(infer(resolve(document)))
    assert document.training is not None

    assert check(document.training, planned.inputs, planned.outputs) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_example_trains_and_resumes_bit_for_bit(name: str) -> None:
    document = example(name)
    model, data, chosen = made(document)
    whole = list(fit(model, data, chosen))
    started = whole[0]
    assert isinstance(started, RunStarted)
    assert started.weights == sum(tensor.numel() for _, tensor, _ in model.weights())
    assert all(event.loss is not None for event in whole if isinstance(event, StepEnded | EpochEnded))

    interrupted, data, chosen = made(document)
    state = FitState()
    for number, _ in enumerate(fit(interrupted, data, chosen, state=state)):
        if number == 6:  # after the second step of the second epoch
            saved = state.save()
            break
    resumed, data, chosen = made(document)
    rest = list(fit(resumed, data, chosen, state=FitState.load(*saved)))

    assert shown(rest) == shown(whole[7:])
    for key, tensor in model.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[key]), key


def test_a_loss_that_is_not_finite_names_the_node_of_the_document() -> None:
    model, data, chosen = made(example("shared-lstm"))
    path, weight, _ = next(item for item in model.weights() if item[0].startswith("compare/"))
    weight.data.fill_(float("nan"))

    events = iter(fit(model, data, chosen))
    next(events)
    step = next(events)

    assert path == "compare/kernel"
    assert isinstance(step, StepEnded)
    assert step.problem is not None
    assert step.problem.node == "compare"
