"""Weights of rows and classes, parts of epochs, and the keys of a history, against real Keras."""

from typing import Any

import numpy as np
import pytest

from layerloom.compilation import spread
from layerloom.training.data import TrainingData
from layerloom.training.evaluation import evaluate
from training.reference import keras
from training.small_models import SmallModel, rows, training, yes_or_no
from training.test_fit_keras import OUTPUTS, assert_same, history, targets, twin

CLASS_WEIGHT = {0: 0.5, 2: 3.0}


def labels(kind: str, features: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if kind == "binary_crossentropy":
        return yes_or_no(features)
    classes = features[:, :4].argmax(1)
    return classes if kind.startswith("sparse") else np.eye(4, dtype=np.float32)[classes]


@pytest.mark.parametrize(
    "kind", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]
)
def test_class_weights_count_as_in_keras(kind: str) -> None:
    features = rows(37)
    width, activation = (1, "sigmoid") if kind.startswith("binary") else (4, "softmax")
    model = SmallModel(outputs=(("main", width, activation),))
    theirs = twin(model)
    theirs.compile("rmsprop", loss=kind, metrics=["accuracy"], weighted_metrics=["accuracy"])
    outputs = {"main": {"loss": kind, "metrics": ["accuracy"], "weighted_metrics": ["accuracy"]}}
    unseen = rows(9, seed=1)
    seen = TrainingData({"features": unseen}, {"main": labels(kind, unseen)})

    expected = theirs.fit(
        features, labels(kind, features), class_weight=CLASS_WEIGHT, epochs=3, batch_size=8, shuffle=False,
        validation_data=(unseen, labels(kind, unseen)), validation_batch_size=8, verbose=0,
    ).history  # fmt: skip
    data = TrainingData({"features": features}, {"main": labels(kind, features)}, seen)
    chosen = training(outputs, shuffle=False, class_weight={"main": CLASS_WEIGHT})

    assert_same(history(model, data, chosen), expected)


def test_class_weights_of_several_outputs_are_multiplied_into_their_sample_weights() -> None:
    features = rows(37)
    ours = targets(features)
    del ours["side"]
    outputs = {
        "class_of": {"loss": "sparse_categorical_crossentropy", "weighted_metrics": ["accuracy"]},
        "main": {"loss": "bce"},
    }
    weight = np.linspace(0, 2, 37).astype(np.float32)
    by_class = np.array([0.5, 1.0, 3.0, 1.0], np.float32)[ours["class_of"]]
    by_answer = np.where(ours["main"][:, 0] == 1, np.float32(4.0), np.float32(1.0))

    found = history(
        SmallModel(outputs=OUTPUTS[:2]),
        TrainingData({"features": features}, ours, sample_weight={"class_of": weight}),
        training(outputs, class_weight={"class_of": CLASS_WEIGHT, "main": {1: 4.0}}),
    )
    spelled_out = history(
        SmallModel(outputs=OUTPUTS[:2]),
        TrainingData(
            {"features": features}, ours, sample_weight={"class_of": weight * by_class, "main": by_answer}
        ),
        training(outputs),
    )

    assert found == spelled_out


def test_class_weights_of_sequences_count_step_by_step() -> None:
    features = np.random.default_rng(0).normal(size=(11, 5, 6)).astype(np.float32)
    classes = features[..., :4].argmax(-1)
    outputs = {"main": {"loss": "sparse_categorical_crossentropy"}}
    by_class = np.array([0.5, 1.0, 3.0, 1.0], np.float32)[classes]
    shape = (("main", 4, "softmax"),)

    found = history(
        SmallModel(outputs=shape),
        TrainingData({"features": features}, {"main": classes}),
        training(outputs, class_weight={"main": CLASS_WEIGHT}),
    )
    spelled_out = history(
        SmallModel(outputs=shape),
        TrainingData({"features": features}, {"main": classes}, sample_weight={"main": by_class}),
        training(outputs),
    )

    assert found == spelled_out


def test_validation_and_evaluation_count_sample_weights_as_keras() -> None:
    features, weight = rows(40), np.linspace(0, 2, 40).astype(np.float32)
    model = SmallModel()
    theirs = twin(model)
    theirs.compile("adam", loss="binary_crossentropy", metrics=["mae"], weighted_metrics=["mse"])
    chosen = training(
        {"main": {"loss": "bce", "metrics": ["mae"], "weighted_metrics": ["mse"]}},
        {"type": "Adam"},
        shuffle=False,
    )
    seen = TrainingData(
        {"features": features[30:]}, {"main": yes_or_no(features[30:])}, sample_weight={"main": weight[30:]}
    )
    data = TrainingData(
        {"features": features[:30]}, {"main": yes_or_no(features[:30])}, seen, {"main": weight[:30]}
    )

    expected = theirs.fit(
        features, yes_or_no(features), sample_weight=weight, validation_split=0.25, epochs=3, batch_size=8,
        shuffle=False, verbose=0,
    ).history  # fmt: skip
    assert_same(history(model, data, chosen), expected)

    again = theirs.evaluate(
        features[30:],
        yes_or_no(features[30:]),
        sample_weight=weight[30:],
        batch_size=8,
        verbose=0,
        return_dict=True,
    )
    assert evaluate(model, seen, chosen) == pytest.approx(
        {key: float(value) for key, value in again.items()}, rel=1e-4
    )


@pytest.mark.parametrize("steps", [1, 3, 5, 9])
def test_epochs_that_are_part_of_a_pass_go_on_as_in_keras(steps: int) -> None:
    features, unseen = rows(37), rows(13, seed=1)
    model = SmallModel()
    theirs = twin(model)
    theirs.compile("rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    seen = TrainingData({"features": unseen}, {"main": yes_or_no(unseen)})

    expected = theirs.fit(
        features, yes_or_no(features), epochs=6, batch_size=8, shuffle=False, verbose=0, steps_per_epoch=steps,
        validation_data=(unseen, yes_or_no(unseen)), validation_batch_size=8, validation_steps=1,
    ).history  # fmt: skip
    chosen = training(epochs=6, shuffle=False, steps_per_epoch=steps, validation_steps=1)
    found = history(model, TrainingData({"features": features}, {"main": yes_or_no(features)}, seen), chosen)

    assert_same(found, expected)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_averages_are_validated_in_the_place_of_weights_as_in_keras(optimizer: str) -> None:
    features, unseen = rows(37), rows(13, seed=1)
    model = SmallModel()
    theirs = twin(model)
    settings = {"use_ema": True, "ema_momentum": 0.9}
    theirs.compile(getattr(keras.optimizers, optimizer)(**settings), loss="binary_crossentropy")
    seen = TrainingData({"features": unseen}, {"main": yes_or_no(unseen)})

    expected = theirs.fit(
        features, yes_or_no(features), epochs=4, batch_size=8, shuffle=False, verbose=0,
        validation_data=(unseen, yes_or_no(unseen)), callbacks=[keras.callbacks.SwapEMAWeights()],
    ).history  # fmt: skip
    chosen = training(
        outputs={"main": {"loss": "binary_crossentropy"}},
        optimizer={"type": optimizer, "config": settings},
        epochs=4,
        shuffle=False,
        callbacks=[{"type": "SwapEMAWeights"}],
    )
    found = history(model, TrainingData({"features": features}, {"main": yes_or_no(features)}, seen), chosen)

    assert_same(found, expected)


def test_initial_epoch_counts_as_in_keras() -> None:
    features = rows(37)
    model = SmallModel()
    theirs = twin(model)
    theirs.compile("rmsprop", loss="binary_crossentropy")

    expected = theirs.fit(
        features, yes_or_no(features), epochs=5, initial_epoch=3, batch_size=8, shuffle=False, verbose=0
    )
    chosen = training(
        outputs={"main": {"loss": "binary_crossentropy"}}, epochs=5, initial_epoch=3, shuffle=False
    )
    found = history(model, TrainingData({"features": features}, {"main": yes_or_no(features)}), chosen)

    assert expected.epoch == [3, 4]
    assert_same(found, expected.history)


def test_validation_every_other_epoch_is_seen_in_those_epochs_only() -> None:
    from layerloom.events import EpochEnded
    from layerloom.training.loop import fit
    from training.small_models import binary_data

    events = list(fit(SmallModel(), binary_data(20, validation=8), training(epochs=5, validation_freq=2)))

    seen = [event.validation is not None for event in events if isinstance(event, EpochEnded)]
    assert seen == [False, True, False, True, False]


@pytest.mark.parametrize("form", ["list", "dict"])
def test_the_keys_of_a_history_are_those_of_keras(form: str) -> None:
    features = rows(37)
    model = SmallModel(outputs=OUTPUTS, penalty=0.01)
    theirs = twin(model, 0.01)
    outputs: Any = list(theirs.outputs)
    arguments: dict[str, Any] = {
        "loss": ["sparse_categorical_crossentropy", "binary_crossentropy", "mse"],
        "loss_weights": [0.5, 1.0, 0.2],
        "metrics": [["accuracy"], ["accuracy", "auc"], None],
        "weighted_metrics": [["accuracy"], [], ["mae"]],
    }
    given: Any = list(targets(features).values())
    weight = {name: np.linspace(0, 2, 37).astype(np.float32) for name, _, _ in OUTPUTS}
    weights: Any = list(weight.values())
    if form == "dict":
        names = [name for name, _, _ in OUTPUTS]
        outputs = dict(zip(names, outputs, strict=True))
        arguments = {
            key: {name: entry for name, entry in zip(names, entries, strict=True) if entry is not None}
            for key, entries in arguments.items()
        }
        given, weights = targets(features), weight
    theirs = keras.Model(theirs.inputs, outputs)
    theirs.compile("rmsprop", **arguments)

    expected = theirs.fit(
        features, given, sample_weight=weights, epochs=3, batch_size=8, shuffle=False, verbose=0
    ).history
    chosen = training(spread([name for name, _, _ in OUTPUTS], **arguments), shuffle=False)
    data = TrainingData({"features": features}, targets(features), sample_weight=weight)
    found = history(model, data, chosen)

    assert_same(found, expected)
    assert set(found) == {
        "loss", "class_of_loss", "main_loss", "side_loss", "class_of_accuracy", "class_of_weighted_accuracy",
        "main_accuracy", "main_auc", "side_mae",
    }  # fmt: skip
