"""The check of a training section: every mistake is found, on its field, with a way to mend it."""

import subprocess
import sys
from typing import Any

import pytest

from layerloom.problems import Problem, Severity
from layerloom.tensors import TensorSpec
from layerloom.training.catalogue import describe
from layerloom.training.check import check
from training.small_models import training

SPECS = {"same": TensorSpec((None, 1)), "kind": TensorSpec((None, 10))}


def problems(
    outputs: dict[str, Any] | None = None, optimizer: dict[str, Any] | None = None, **fit: Any
) -> list[Problem]:
    chosen = outputs or {"same": {"loss": "binary_crossentropy", "metrics": ["accuracy"]}}
    return check(training(chosen, optimizer, **fit), {}, SPECS)


def only(found: list[Problem]) -> Problem:
    assert len(found) == 1, [problem.message for problem in found]
    assert found[0].hint
    return found[0]


def test_a_right_training_has_no_problems() -> None:
    outputs = {
        "same": {"loss": "binary_crossentropy", "metrics": ["accuracy", "auc"]},
        "kind": {"loss": {"type": "SparseCategoricalCrossentropy"}, "loss_weight": 0.2, "metrics": ["acc"]},
    }

    assert problems(outputs, callbacks=[{"type": "EarlyStopping", "config": {"monitor": "same_loss"}}]) == []


@pytest.mark.parametrize(
    ("outputs", "code", "field", "hint"),
    [
        ({"same": {"loss": "binary_crosentropy"}}, "loss.unknown", "loss", "`binary_crossentropy`"),
        ({"same": {"loss": "msee"}}, "loss.unknown", "loss", "mean_squared_error"),
        ({"same": {"loss": "mse", "metrics": ["acuracy"]}}, "metric.unknown", "metrics.0", "`accuracy`"),
        ({"same": {"loss": {"type": "huber", "config": {"delta": -1}}}}, "config.invalid", "loss.config.delta", "1"),
        ({"same": {"loss": {"type": "huber", "config": {"delt": 1}}}}, "config.invalid", "loss.config.delt", "`delta`"),
        ({"same": {"loss": "sparse_categorical_crossentropy"}}, "loss.mismatch", "loss", "binary_crossentropy"),
        ({"same": {"loss": "categorical_crossentropy"}}, "loss.mismatch", "loss", "unit for each class"),
        ({"same": {"loss": "mse", "loss_weight": -1}}, "training.loss_weight", "loss_weight", "0"),
    ],
)  # fmt: skip
def test_a_mistake_about_an_output_is_on_its_node(
    outputs: dict[str, Any], code: str, field: str, hint: str
) -> None:
    problem = only(problems(outputs))

    assert (problem.code, problem.node, problem.field) == (code, "same", f"training.outputs.same.{field}")
    assert hint in problem.hint
    assert problem.is_error


def test_a_metric_has_to_take_the_targets_that_the_loss_takes() -> None:
    outputs = {"kind": {"loss": "sparse_categorical_crossentropy", "metrics": ["categorical_accuracy"]}}

    problem = only(problems(outputs))

    assert (problem.code, problem.field) == ("metric.mismatch", "training.outputs.kind.metrics.0")
    assert "`accuracy`" in problem.hint


def test_an_output_that_the_model_lacks_is_named_with_the_likeliest() -> None:
    problem = only(problems({"sam": {"loss": "mse"}}))

    assert (problem.code, problem.field) == ("training.output_unknown", "training.outputs.sam")
    assert "`kind`, `same`" in problem.message
    assert problem.hint == "Did you mean `same`?"


def test_a_training_without_any_loss_is_refused() -> None:
    assert only(problems({"same": {"loss": None}})).code == "training.no_loss"


def test_an_input_that_the_model_lacks_is_named() -> None:
    chosen = training({"same": {"loss": "mse"}}).model_copy(update={"inputs": ["frist"]})

    problem = only(check(chosen, {"first": TensorSpec((None, 8))}, SPECS))

    assert (problem.code, problem.field) == ("training.input_unknown", "training.inputs.0")
    assert problem.hint == "Did you mean `first`?"


@pytest.mark.parametrize(
    ("optimizer", "code", "field", "hint"),
    [
        ({"type": "Adamm"}, "optimizer.unknown", "", "`Adam`"),
        ({"type": "Adam", "config": {"beta_1": 2}}, "config.invalid", ".config.beta_1", "0.9"),
        ({"type": "Adam", "config": {"learning_rate": -1}}, "config.invalid", ".config.learning_rate", "0.001"),
        ({"type": "Adam", "config": {"learning_rate": {"type": "CosinDecay"}}},
         "config.invalid", ".config.learning_rate", "0.001"),
        ({"type": "SGD", "config": {"momentun": 0.9}}, "config.invalid", ".config.momentun", "`momentum`"),
    ],
)  # fmt: skip
def test_a_mistake_about_the_optimizer_is_on_its_field(
    optimizer: dict[str, Any], code: str, field: str, hint: str
) -> None:
    problem = only(problems(optimizer=optimizer))

    assert (problem.code, problem.field) == (code, f"training.optimizer{field}")
    assert hint in problem.hint


def test_two_ways_to_clip_are_one_too_many() -> None:
    found = problems(optimizer={"type": "SGD", "config": {"clipnorm": 1.0, "clipvalue": 1.0}})

    assert [problem.code for problem in found] == ["config.invalid"]
    assert "clipnorm and clipvalue" in found[0].message


def test_an_unknown_callback_and_a_wrong_one_are_told_apart() -> None:
    found = problems(callbacks=[{"type": "EarlyStop"}, {"type": "EarlyStopping", "config": {"patience": -1}}])

    assert [(problem.code, problem.field) for problem in found[:2]] == [
        ("callback.unknown", "training.fit.callbacks.0"),
        ("config.invalid", "training.fit.callbacks.1.config.patience"),
    ]


@pytest.mark.parametrize(("name", "said"), [("sam", "`same`"), ("kind", "Give `kind` a loss")])
def test_class_weights_belong_to_an_output_with_a_loss(name: str, said: str) -> None:
    problem = only(problems({"same": {"loss": "bce"}}, class_weight={name: {"0": 2.0}}))

    assert (problem.code, problem.field) == ("training.class_weight", f"training.fit.class_weight.{name}")
    assert said in problem.hint


@pytest.mark.parametrize(
    ("monitor", "split", "said"),
    [("val_loss", 0.0, "validation_split"), ("val_los", 0.2, "`loss`"), ("sam_accuracy", 0.2, "`accuracy`")],
)
def test_a_number_that_will_never_come_is_a_warning(monitor: str, split: float, said: str) -> None:
    callback = {"type": "EarlyStopping", "config": {"monitor": monitor}}

    problem = only(problems(callbacks=[callback], validation_split=split))

    assert (problem.code, problem.severity) == ("callback.monitor", Severity.WARNING)
    assert said in problem.hint


def test_a_file_name_of_a_checkpoint_is_no_path() -> None:
    callback = {"type": "ModelCheckpoint", "config": {"filepath": "../../etc/passwd"}}

    assert only(problems(callbacks=[callback])).field == "training.fit.callbacks.0.config.filepath"


@pytest.mark.parametrize(
    "name", ["weights", "state", "best.state", "{epoch", "{epoch!r}", "{epoch.__class__}"]
)
def test_a_checkpoint_takes_no_name_that_is_taken_and_no_code(name: str) -> None:
    callback = {"type": "ModelCheckpoint", "config": {"filepath": name}}

    assert only(problems(callbacks=[callback])).code == "config.invalid"


def test_averages_that_nobody_keeps_cannot_be_validated() -> None:
    problem = only(problems(callbacks=[{"type": "SwapEMAWeights"}]))

    assert problem.code == "callback.no_average"
    assert "use_ema" in problem.hint


def test_a_first_epoch_behind_the_last_is_a_problem() -> None:
    assert only(problems(epochs=3, initial_epoch=3)).field == "training.fit.initial_epoch"


def test_every_choice_is_described_in_words() -> None:
    for kind, entries in describe().items():
        assert entries, kind
        for entry in entries:
            assert entry["summary"].endswith((".", "?", ":")), entry["type"]
            for name, field in entry["schema"]["properties"].items():
                assert field.get("description"), f"{entry['type']}.{name} has no description"
                assert field.get("title"), f"{entry['type']}.{name} has no title"


def test_checking_and_describing_need_no_torch() -> None:
    code = (
        "import sys; from layerloom.training import check, catalogue, recipe, control, data, history; "
        "catalogue.describe(); sys.exit('torch' in sys.modules)"
    )

    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
    )
