"""Compile's arguments in every form that Keras and its users write them."""

from typing import Any

import pytest

from layerloom.compilation import as_choice, spread
from layerloom.document import Typed
from layerloom.problems import ProblemError

TWO = ["main", "aux"]


def losses(**arguments: Any) -> dict[str, Any]:
    return {name: each.loss for name, each in spread(TWO, **arguments).items()}


def test_the_guide_of_keras_1_is_understood_as_it_is_written() -> None:
    learned = spread(TWO, loss="binary_crossentropy", loss_weights=[1.0, 0.2])

    assert {name: (each.loss, each.loss_weight) for name, each in learned.items()} == {
        "main": ("binary_crossentropy", 1.0),
        "aux": ("binary_crossentropy", 0.2),
    }


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", {"main": "mse", "aux": "mse"}),
        (["mse", "mae"], {"main": "mse", "aux": "mae"}),
        (["mse", None], {"main": "mse"}),
        ({"aux": "mae"}, {"aux": "mae"}),
        ({"aux": "mae", "main": "mse"}, {"main": "mse", "aux": "mae"}),
        ({"class_name": "function", "config": "mse"}, {"main": "mse", "aux": "mse"}),
        (
            [{"module": "keras.losses", "class_name": "Huber", "config": {"delta": 2.0}}, "mae"],
            {"main": Typed(type="Huber", config={"delta": 2.0}), "aux": "mae"},
        ),
    ],
)
def test_a_loss_reaches_the_outputs_that_are_meant(loss: Any, expected: dict[str, Any]) -> None:
    assert losses(loss=loss) == expected


def test_nested_outputs_take_losses_nested_alike() -> None:
    outputs, structure = ["box", "edge", "kind"], {"place": ["box", "edge"], "what": "kind"}

    by_structure = spread(outputs, {"place": ["mse", "mae"], "what": "mse"}, structure=structure)
    by_name = spread(outputs, {"edge": "mae"}, {"kind": 3.0, "edge": 2.0}, structure=structure)
    partly = spread(outputs, {"place": "mse"}, structure=structure)

    assert {name: each.loss for name, each in by_structure.items()} == {
        "box": "mse", "edge": "mae", "kind": "mse",
    }  # fmt: skip
    assert by_name["edge"].loss_weight == 2.0
    assert set(by_name) == {"edge"}
    assert set(partly) == {"box", "edge"}


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (["accuracy", "mae"], {"main": ["accuracy"], "aux": ["mae"]}),
        (["accuracy"], {"main": ["accuracy"], "aux": ["accuracy"]}),
        ([["accuracy", "mae"], []], {"main": ["accuracy", "mae"]}),
        ([["accuracy"], None], {"main": ["accuracy"]}),
        ({"aux": "mae", "main": ["accuracy", "mse"]}, {"main": ["accuracy", "mse"], "aux": ["mae"]}),
        ("mae", {"main": ["mae"], "aux": ["mae"]}),
    ],
)
def test_metrics_are_lists_by_output(metrics: Any, expected: dict[str, Any]) -> None:
    assert {name: each.metrics for name, each in spread(TWO, metrics=metrics).items()} == expected


def test_with_one_output_a_list_of_metrics_is_all_its_own() -> None:
    assert spread(["y"], "mse", metrics=["mae", "mse"])["y"].metrics == ["mae", "mse"]
    assert spread(["y"], ["mse"], 0.5, [["mae"]])["y"].metrics == ["mae"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"loss": {"mian": "mse"}}, "`mian`; the model's outputs are `main`, `aux`"),
        ({"loss": ["mse"]}, "`loss` has 1 entries; the model has 2 outputs"),
        ({"loss": "mse", "loss_weights": [1, 2, 3]}, "`loss_weights` has 3 entries"),
        ({"loss": "mse", "loss_weights": {"axu": 1}}, "`axu`"),
        ({"loss": "mse", "loss_weights": "heavy"}, "`loss_weights` is 'heavy'"),
        ({"loss": 7}, "`loss` is 7"),
        ({"loss": "mse", "metrics": {"x": ["mae"]}}, "`metrics` names `x`"),
        ({"loss": "mse", "metrics": {"main": [["mae"]]}}, "`main`"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_outputs_that_there_are(
    arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        spread(TWO, **arguments)

    assert said in caught.value.problems[0].message
    assert caught.value.problems[0].hint


def test_objects_of_keras_are_read_with_what_lies_in_them() -> None:
    saved = {
        "module": "keras.optimizers",
        "class_name": "Adam",
        "config": {
            "learning_rate": {
                "module": "keras.optimizers.schedules",
                "class_name": "ExponentialDecay",
                "config": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
                "registered_name": None,
            },
            "beta_1": 0.9,
        },
        "registered_name": "Adam",
    }

    assert as_choice(saved) == Typed(
        type="Adam",
        config={
            "learning_rate": {
                "type": "ExponentialDecay",
                "config": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
            },
            "beta_1": 0.9,
        },
    )
