"""`compile`'s arguments in all their forms, and what is said where they don't fit the outputs."""

import json
import subprocess
import sys
from typing import Any

import pytest

from layerloom.compilation import spread
from layerloom.document import OutputTraining, Training, Typed
from layerloom.problems import Problem, ProblemError
from layerloom.training.losses.base import create_loss
from layerloom.training.optimizers.base import create_optimizer, optimizers
from layerloom.training.recipe import recipe
from layerloom.training.schedules.base import schedules
from training.reference import keras

TWO = ["main", "aux"]


def losses(**arguments: Any) -> dict[str, Any]:
    return {name: output.loss for name, output in spread(TWO, **arguments).items()}


def weights(**arguments: Any) -> dict[str, float]:
    return {name: output.loss_weight for name, output in spread(TWO, **arguments).items()}


def metrics(given: Any, outputs: list[str] = TWO) -> dict[str, list[Any]]:
    return {name: output.metrics for name, output in spread(outputs, "mse", metrics=given).items()}


def problem(**arguments: Any) -> Problem:
    with pytest.raises(ProblemError) as caught:
        spread(TWO, **arguments)
    assert len(caught.value.problems) == 1
    found = caught.value.problems[0]
    assert found.hint
    return found


def test_the_guide_of_keras_1_works_as_it_is_written() -> None:
    made = spread(TWO, loss="binary_crossentropy", loss_weights=[1.0, 0.2])

    assert made == {
        "main": OutputTraining(loss="binary_crossentropy", loss_weight=1.0),
        "aux": OutputTraining(loss="binary_crossentropy", loss_weight=0.2),
    }


HUBER = {"type": "Huber", "config": {"delta": 0.5}}


@pytest.mark.parametrize(
    ("given", "main", "aux"),
    [
        ("mse", "mse", "mse"),
        (["mse", "mae"], "mse", "mae"),
        (("mse", None), "mse", None),
        ([["mse"], ["mae"]], "mse", "mae"),
        ({"aux": "mae", "main": "mse"}, "mse", "mae"),
        ({"aux": None, "main": ["mse"]}, "mse", None),
        ({"heads": {"main": "mse"}, "others": {"aux": "mae"}}, "mse", "mae"),
        ([{"aux": "mae"}, {"main": "mse"}], "mse", "mae"),
        (HUBER, Typed.model_validate(HUBER), Typed.model_validate(HUBER)),
        (["mse", HUBER], "mse", Typed.model_validate(HUBER)),
        (None, None, None),
    ],
    ids=str,
)  # fmt: skip
def test_a_loss_is_spread(given: Any, main: Any, aux: Any) -> None:
    expected = {name: loss for name, loss in (("main", main), ("aux", aux)) if loss is not None}
    assert losses(loss=given) == expected


def test_an_output_of_which_nothing_is_said_does_not_learn() -> None:
    assert losses(loss={"aux": "mae"}, loss_weights={"main": 2.0}) == {"aux": "mae"}


def test_nested_outputs_take_losses_nested_alike() -> None:
    outputs, structure = ["box", "edge", "kind"], {"place": ["box", "edge"], "what": "kind"}

    by_structure = spread(outputs, {"place": ["mse", "mae"], "what": "mse"}, structure=structure)
    by_name = spread(outputs, {"edge": "mae"}, {"kind": 3.0, "edge": 2.0}, structure=structure)
    partly = spread(outputs, {"place": "mse"}, {"place": [2.0, 3.0]}, structure=structure)

    assert {name: each.loss for name, each in by_structure.items()} == {
        "box": "mse", "edge": "mae", "kind": "mse",
    }  # fmt: skip
    assert {name: each.loss_weight for name, each in by_name.items()} == {"edge": 2.0}
    assert {name: each.loss_weight for name, each in partly.items()} == {"box": 2.0, "edge": 3.0}


@pytest.mark.parametrize("loss", ["mse", ["mse", "mae"], {"main": "mse", "aux": "mae"}], ids=str)
@pytest.mark.parametrize(
    ("given", "main", "aux"),
    [
        (None, 1.0, 1.0), (0.5, 0.5, 0.5), ([1.0, 0.2], 1.0, 0.2), ((1, 0), 1.0, 0.0),
        ({"aux": 0.2}, 1.0, 0.2), ({"main": 2, "aux": 0.2}, 2.0, 0.2), ([None, 0.2], 1.0, 0.2),
    ],
    ids=str,
)  # fmt: skip
def test_loss_weights_do_not_depend_on_the_form_of_the_loss(
    loss: Any, given: Any, main: float, aux: float
) -> None:
    assert weights(loss=loss, loss_weights=given) == {"main": main, "aux": aux}


@pytest.mark.parametrize(
    ("given", "main", "aux"),
    [
        (None, [], []),
        (["accuracy"], ["accuracy"], ["accuracy"]),
        ("accuracy", ["accuracy"], ["accuracy"]),
        (["accuracy", "mae"], ["accuracy"], ["mae"]),
        ([["accuracy"], ["mae", "mse"]], ["accuracy"], ["mae", "mse"]),
        ([None, ["mae"]], [], ["mae"]),
        (["accuracy", "mae", "mse"], ["accuracy", "mae", "mse"], ["accuracy", "mae", "mse"]),
        ({"aux": "mae"}, [], ["mae"]),
        ({"aux": ["mae"], "main": ["accuracy", "auc"]}, ["accuracy", "auc"], ["mae"]),
    ],
    ids=str,
)
def test_metrics_are_spread(given: Any, main: list[Any], aux: list[Any]) -> None:
    assert metrics(given) == {"main": main, "aux": aux}


@pytest.mark.parametrize("given", [["mae", "mse"], [["mae"], "mse"], {"main": ["mae", "mse"]}], ids=str)
def test_all_metrics_are_for_the_only_output(given: Any) -> None:
    assert metrics(given, ["main"]) == {"main": ["mae", "mse"]}


def test_weighted_metrics_are_spread_likewise() -> None:
    made = spread(TWO, "mse", weighted_metrics={"aux": ["mae"]})

    assert (made["main"].weighted_metrics, made["aux"].weighted_metrics) == ([], ["mae"])


@pytest.mark.parametrize(
    ("arguments", "code", "said", "hint"),
    [
        ({"loss": "mse", "loss_weight": [1.0, 0.2]}, "unknown_argument", "`loss_weight`", "`loss_weights`"),
        ({"loss": {"main": "mse", "auxx": "mse", "aux": "mse"}}, "unknown_output", "`auxx`", "`aux`"),
        ({"loss": ["mse"]}, "count", "1 entry; the model has 2 outputs: `main`, `aux`", "2 entries"),
        ({"loss": ["mse", "mse", "mae"]}, "count", "3 entries", "dict by output"),
        ({"loss": 3}, "invalid", "got 3", "`main`, `aux`"),
        ({"loss": ["mse", 3]}, "invalid", "got 3", "`main`, `aux`"),
        ({"loss": "mse", "loss_weights": [1.0]}, "count", "`loss_weights` is a list with 1 entry", "2 entries"),
        ({"loss": "mse", "loss_weights": [1.0, "much"]}, "invalid", "'much'", "`main`, `aux`"),
        ({"loss": "mse", "loss_weights": {"main": float("nan")}}, "invalid", "nan", "`main`"),
        ({"loss": "mse", "loss_weights": {"other": 1.0}}, "unknown_output", "`other`", "Remove"),
        ({"loss": "mse", "metrics": {"mian": ["mae"]}}, "unknown_output", "`mian`", "`main`"),
        ({"loss": "mse", "metrics": [["mae"], ["mae"], ["mae"]]}, "count", "3 entries", "2 entries"),
        ({"loss": "mse", "metrics": 3}, "invalid", "a list or a dict", "`main`"),
        ({"loss": "mse", "weighted_metrics": [3, "mae"]}, "invalid", "`weighted_metrics` got 3", "`main`"),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_said_with_what_was_received_and_which_outputs_there_are(
    arguments: dict[str, Any], code: str, said: str, hint: str
) -> None:
    found = problem(**arguments)

    assert found.code == f"compile.{code}"
    assert said in found.message
    assert hint in found.hint


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ProblemError) as caught:
        spread(TWO, loss=["mse"], loss_weights={"x": 1.0}, metrics={"y": ["mae"]}, lose=1)

    assert len(caught.value.problems) == 4


def test_what_keras_saved_of_a_compiled_model_is_read() -> None:
    features = keras.Input((3,))
    outputs = [keras.layers.Dense(2, name=name)(features) for name in TWO]
    model = keras.Model(features, outputs)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 10), clipnorm=1.0),
        loss=[keras.losses.Huber(), keras.losses.mean_absolute_error],
        loss_weights=[1.0, 0.2],
        metrics=[["accuracy", keras.metrics.Precision(thresholds=[0.2, 0.4])], [keras.metrics.Accuracy()]],
        weighted_metrics=[["mae"], None],
    )
    saved = json.loads(json.dumps(model.get_compile_config()))

    training = Training.model_validate({"optimizer": saved["optimizer"], "outputs": spread(TWO, **saved)})
    made = recipe(training)

    assert made.optimizer.type_name == "Adam"
    schedule = made.optimizer.schedule()
    assert schedule is not None
    assert schedule.at(0) == pytest.approx(0.1)
    main, aux = made.outputs["main"], made.outputs["aux"]
    assert main.loss is not None
    assert aux.loss is not None
    assert (main.loss.type_name, aux.loss.type_name, aux.loss_weight) == ("huber", "mean_absolute_error", 0.2)
    assert [metric.type_name for metric in main.metrics.values()] == [
        "accuracy", "precision", "mean_absolute_error",
    ]  # fmt: skip
    assert [metric.type_name for metric in aux.metrics.values()] == ["exact_accuracy"]


def test_objects_and_functions_of_keras_are_read_too() -> None:
    made = losses(loss=[keras.losses.Tversky(alpha=0.3), keras.losses.mean_squared_error])

    assert made["main"].type == "Tversky"
    assert made["main"].config["alpha"] == 0.3
    assert made["aux"] == "mean_squared_error"


@pytest.mark.parametrize("kind", optimizers())
def test_an_optimizer_that_keras_has_saved_is_read(kind: str) -> None:
    theirs = getattr(keras.optimizers, kind)(use_ema=True, gradient_accumulation_steps=3)
    saved = json.loads(json.dumps(keras.optimizers.serialize(theirs)))

    typed = Typed.model_validate(saved)
    made = create_optimizer(typed.type, {**typed.config, "jit_compile": True}, "")

    assert made.type_name == kind
    assert (made.use_ema, made.gradient_accumulation_steps) == (True, 3)


@pytest.mark.parametrize("kind", schedules())
def test_a_schedule_that_keras_has_saved_is_read_inside_an_optimizer(kind: str) -> None:
    ours = schedules()[kind]()
    theirs = getattr(keras.optimizers.schedules, kind)(**{**ours.model_dump(), "name": "some"})
    saved = json.loads(json.dumps(keras.optimizers.schedules.serialize(theirs)))

    made = create_optimizer("SGD", {"learning_rate": saved}, "").schedule()

    assert made is not None
    assert made.at(7) == pytest.approx(ours.at(7))


def test_a_document_may_hold_what_keras_saved() -> None:
    saved = keras.losses.serialize(keras.losses.Huber(delta=0.3))

    output = OutputTraining.model_validate({"loss": saved, "metrics": [saved]})

    assert isinstance(output.loss, Typed)
    assert create_loss(output.loss.type, output.loss.config, "").type_name == "huber"
    assert set(output.model_dump()["loss"]) == {"type", "config"}


def test_compile_needs_no_torch() -> None:
    code = "import sys; from layerloom import compilation; sys.exit('torch' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
    )
