"""The trial of a document, in the way the server makes it: what it finds, and what it costs."""

from pathlib import Path
from typing import Any

import pytest

from layerloom.document import Document, Limits, to_text
from layerloom.runs.forking import ForkServer
from layerloom.runs.preflight import Preflight, find_devices, preflight
from layerloom.runs.trial import trial
from layerloom.versions import load_document
from runs.builder import Server, digits, scenario

EXAMPLES = Path(__file__).parents[2] / "examples"


def found(document: Document) -> Preflight:
    return preflight(to_text(document), None, None, Limits())


def changed(**layers: Any) -> Document:
    data = digits().model_dump()
    data["models"]["main"]["layers"].update(layers)
    return Document.model_validate(data)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("[!i]*.json")), ids=lambda path: path.stem)
def test_every_example_passes(path: Path) -> None:
    document = load_document(path.read_bytes())

    result = trial(document, None, None, Limits())

    assert result.ok, result.problems
    assert document.training is not None
    assert set(result.losses) == set(document.training.outputs)
    assert None not in result.losses.values()
    assert result.without_gradient == []
    assert min(result.step_seconds or 0, result.memory_bytes or 0, result.flops_per_step or 0) > 0


def test_steps_and_operations_are_counted() -> None:
    result = found(digits(epochs=3))

    assert (result.steps_per_epoch, result.steps) == (45, 135)
    # 64 → 32 → (10, 1): a multiplication in each direction for the weights, and one more where gradients flow on
    assert result.flops_per_step == 32 * 2 * (64 * 32 * 2 + 32 * 11 * 3)
    weights = 64 * 32 + 32 + 32 * 11 + 11
    assert result.memory_bytes is not None
    assert result.memory_bytes > weights * 4 * 4  # weights, gradients, Adam's two buffers
    assert result.seconds == pytest.approx(135 * (result.step_seconds or 0))


@pytest.mark.parametrize(
    ("split", "rows"),
    [
        ({"by": "order", "validation": 0.25, "test": 0.25}, 898),
        ({"by": "random", "validation": 0.1, "test": 0.0}, 1617),
        ({"by": "stratified", "validation": 0.5, "test": 0.0, "column": "digit"}, 900),
    ],
)
def test_steps_are_those_of_the_rows_that_the_split_leaves(split: dict[str, Any], rows: int) -> None:
    data = digits(batch_size=1).model_dump()
    data["training"]["data"]["split"] = split

    result = found(Document.model_validate(data))

    assert result.ok, result.problems
    assert result.steps_per_epoch == pytest.approx(rows, abs=3)


def test_steps_of_made_up_rows_are_counted_too() -> None:
    data = digits().model_dump()
    data["training"]["data"]["dataset"] = "generated"

    result = found(Document.model_validate(data))

    assert (result.ok, result.steps_per_epoch) == (True, 26)


def test_a_layer_that_gets_no_gradient_is_named() -> None:
    document = changed(drop={"type": "Rescaling", "config": {"scale": 0.0}})

    result = found(document)

    assert result.ok
    assert "hidden" in result.without_gradient
    problem = next(problem for problem in result.problems if problem.code == "preflight.no_gradient")
    assert "`hidden`" in problem.message


def test_nodes_that_reach_no_trained_output_are_named() -> None:
    data = digits().model_dump()
    del data["training"]["outputs"]["parity"]

    result = found(Document.model_validate(data))

    assert result.ok
    assert result.unused == ["odd", "parity"]
    assert list(result.losses) == ["digit"]


def test_what_cannot_be_trained_says_why_and_has_no_numbers() -> None:
    result = found(changed(hidden={"type": "Dense", "config": {}}))

    assert not result.ok
    assert result.step_seconds is None
    assert result.problems[0].node == "hidden"


def test_a_step_that_the_machine_has_no_memory_for_is_not_tried() -> None:
    document = digits(batch_size=1_000_000, units=1_000_000)

    result = preflight(to_text(document), None, None, Limits(weights=10**12))

    assert not result.ok
    assert "preflight.memory" in [problem.code for problem in result.problems]


def test_a_device_that_is_not_there_is_a_problem_with_what_is_there() -> None:
    data = digits().model_dump()
    data["training"]["fit"]["device"] = "mps"

    result = found(Document.model_validate(data))

    assert not result.ok
    assert [problem.code for problem in result.problems] == ["fit.device"]
    assert "`cpu`" in result.problems[0].message


def test_a_whole_model_in_bfloat16_differs_by_its_precision_alone() -> None:
    data = digits().model_dump()
    whole = found(Document.model_validate(data)).losses
    data["training"]["fit"]["precision"] = "mixed_bfloat16"

    result = found(Document.model_validate(data))

    assert result.ok
    for name, loss in whole.items():
        assert result.losses[name] != loss
        assert result.losses[name] == pytest.approx(loss, rel=0.05)


def test_the_precision_of_a_fit_is_the_policy_of_every_layer_that_names_none() -> None:
    data = digits().model_dump()
    data["training"]["fit"]["precision"] = "mixed_bfloat16"
    data["models"]["main"]["layers"]["odd"]["config"]["dtype"] = "float32"
    one = found(Document.model_validate(data))
    data["training"]["fit"]["precision"] = "float32"
    for layer in ("hidden", "drop", "which"):
        data["models"]["main"]["layers"][layer]["config"]["dtype"] = "mixed_bfloat16"

    other = found(Document.model_validate(data))

    assert one.losses == other.losses


@scenario
async def test_the_server_makes_it_in_a_child(folder: Path, forks: ForkServer) -> None:
    async with Server(folder, forks) as supervisor:
        devices = await supervisor.call(find_devices, memory=2**46)

        result = await supervisor.call(
            preflight, to_text(digits()), supervisor.datasets, None, Limits(), memory=2**46
        )

        assert result.ok
        assert result.device == devices[0]
        assert "cpu" in devices
