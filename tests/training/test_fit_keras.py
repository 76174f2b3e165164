"""Whole fits against real Keras: the same weights and data, no shuffling, the same history."""

from typing import Any

import numpy as np
import pytest

from layerloom.document import Training
from layerloom.events import EpochEnded
from layerloom.training.data import TrainingData
from layerloom.training.evaluation import evaluate, predict
from layerloom.training.history import keras_logs
from layerloom.training.loop import fit
from training.reference import keras
from training.small_models import SmallModel, numbers, rows, training, yes_or_no

OUTPUTS = (("class_of", 4, "softmax"), ("main", 1, "sigmoid"), ("side", 2, None))


def twin(model: SmallModel, penalty: float = 0.0) -> Any:
    """The same model in Keras, with the same weights."""
    regularizer = keras.regularizers.L2(penalty) if penalty else None
    features = keras.Input((model.trunk.in_features,), name="features")
    hidden = keras.layers.Dense(
        model.trunk.out_features, activation="tanh", name="trunk", kernel_regularizer=regularizer
    )(features)
    outputs = {}
    for name, head, activation in zip(model.output_names, model.heads, model.activations, strict=True):
        outputs[name] = keras.layers.Dense(head.out_features, activation=activation, name=name)(hidden)
    theirs = keras.Model(features, list(outputs.values()))
    for name, layer in [("trunk", model.trunk), *zip(model.output_names, model.heads, strict=True)]:
        theirs.get_layer(name).set_weights([layer.weight.detach().numpy().T, layer.bias.detach().numpy()])
    return theirs


def targets(features: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    return {
        "class_of": features[:, :4].argmax(1),
        "main": yes_or_no(features),
        "side": numbers(features),
    }


def history(model: SmallModel, data: TrainingData, chosen: Training) -> dict[str, list[float | None]]:
    epochs = [keras_logs(event) for event in fit(model, data, chosen) if isinstance(event, EpochEnded)]
    return {key: [logs[key] for logs in epochs] for key in epochs[0]}


def assert_same(found: dict[str, list[float | None]], expected: dict[str, list[float]]) -> None:
    assert set(found) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(
            np.array(found[key], dtype=float), values, rtol=1e-4, atol=1e-6, err_msg=key
        )


@pytest.mark.parametrize("optimizer", ["RMSprop", "Adam", "SGD"])
@pytest.mark.parametrize("penalty", [0.0, 0.01])
def test_the_history_of_a_fit_with_three_outputs_equals_keras(optimizer: str, penalty: float) -> None:
    features, unseen = rows(37), rows(13, seed=1)
    model = SmallModel(outputs=OUTPUTS, penalty=penalty)
    theirs = twin(model, penalty)
    theirs.compile(
        optimizer,
        loss=["sparse_categorical_crossentropy", "binary_crossentropy", "mse"],
        loss_weights=[0.5, 1.0, 0.2],
        metrics=[["accuracy"], ["accuracy"], ["mae", "mse"]],
    )
    chosen = training(
        {
            "main": {"loss": "binary_crossentropy", "loss_weight": 1.0, "metrics": ["accuracy"]},
            "side": {"loss": "mse", "loss_weight": 0.2, "metrics": ["mae", "mse"]},
            "class_of": {
                "loss": "sparse_categorical_crossentropy", "loss_weight": 0.5, "metrics": ["accuracy"],
            },
        },
        {"type": optimizer},
        shuffle=False,
    )  # fmt: skip
    seen = TrainingData({"features": unseen}, targets(unseen))

    expected = theirs.fit(
        features, list(targets(features).values()), epochs=3, batch_size=8, shuffle=False, verbose=0,
        validation_data=(unseen, list(targets(unseen).values())), validation_batch_size=8,
    ).history  # fmt: skip
    found = history(model, TrainingData({"features": features}, targets(features), seen), chosen)

    assert_same(found, expected)
    for name, output in zip(model.output_names, theirs.predict(unseen, verbose=0), strict=True):
        np.testing.assert_allclose(predict(model, {"features": unseen})[name], output, rtol=1e-4, atol=1e-5)
    evaluated = evaluate(model, seen, chosen)
    again = theirs.evaluate(unseen, list(targets(unseen).values()), batch_size=8, verbose=0, return_dict=True)
    assert evaluated == pytest.approx({key: float(value) for key, value in again.items()}, rel=1e-4)


def test_one_output_bears_no_name_in_the_history() -> None:
    features = rows(20)
    model = SmallModel()
    theirs = twin(model)
    theirs.compile("rmsprop", loss="binary_crossentropy", metrics=["accuracy", "auc", "precision"])
    chosen = training({"main": {"loss": "bce", "metrics": ["accuracy", "auc", "precision"]}}, shuffle=False)

    expected = theirs.fit(
        features, yes_or_no(features), epochs=3, batch_size=8, shuffle=False, verbose=0
    ).history
    found = history(model, TrainingData({"features": features}, {"main": yes_or_no(features)}), chosen)

    assert_same(found, expected)


def test_sample_weights_count_as_in_keras() -> None:
    features, weight = rows(20), np.linspace(0, 2, 20).astype(np.float32)
    model = SmallModel()
    theirs = twin(model)
    theirs.compile("rmsprop", loss="binary_crossentropy")
    data = TrainingData({"features": features}, {"main": yes_or_no(features)}, sample_weight={"main": weight})

    expected = theirs.fit(
        features, yes_or_no(features), sample_weight=weight, epochs=3, batch_size=8, shuffle=False, verbose=0
    ).history
    found = history(model, data, training({"main": {"loss": "bce"}}, shuffle=False))

    assert_same(found, expected)


def test_a_masked_output_loses_at_valid_steps_only_as_in_keras() -> None:
    sequences = np.random.default_rng(0).normal(size=(19, 5, 6)).astype(np.float32)
    sequences[np.arange(5) >= np.random.default_rng(1).integers(2, 6, (19, 1))] = 0.0
    target = sequences[..., :1] * 2 + 1
    model = SmallModel(outputs=(("main", 1, None),), masks=lambda features: [(features != 0).any(-1)])
    steps = keras.Input((5, 6), name="features")
    hidden = keras.layers.Dense(8, activation="tanh", name="trunk")(keras.layers.Masking(0.0)(steps))
    theirs = keras.Model(steps, keras.layers.Dense(1, name="main")(hidden))
    for name, layer in (("trunk", model.trunk), ("main", model.heads[0])):
        theirs.get_layer(name).set_weights([layer.weight.detach().numpy().T, layer.bias.detach().numpy()])
    theirs.compile("rmsprop", loss="mse")

    expected = theirs.fit(sequences, target, epochs=3, batch_size=8, shuffle=False, verbose=0).history
    found = history(
        model,
        TrainingData({"features": sequences}, {"main": target}),
        training({"main": {"loss": "mse"}}, shuffle=False),
    )

    assert_same(found, expected)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        (
            "EarlyStopping",
            {"monitor": "loss", "patience": 2, "min_delta": 0.05, "restore_best_weights": True},
        ),
        ("EarlyStopping", {"monitor": "val_accuracy", "patience": 1, "restore_best_weights": True}),
        ("EarlyStopping", {"monitor": "val_loss", "patience": 1, "start_from_epoch": 3}),
        ("EarlyStopping", {"monitor": "val_loss", "patience": 2, "baseline": 0.1}),
        ("ReduceLROnPlateau", {"monitor": "val_loss", "patience": 1, "factor": 0.5, "min_delta": 0.1}),
        (
            "ReduceLROnPlateau",
            {"monitor": "loss", "patience": 1, "cooldown": 2, "min_lr": 0.004, "min_delta": 0.1},
        ),
    ],
    ids=str,
)
def test_a_callback_acts_at_the_same_epochs_as_in_keras(kind: str, config: dict[str, Any]) -> None:
    features, unseen = rows(40), rows(16, seed=5)
    model = SmallModel()
    theirs = twin(model)
    theirs.compile(keras.optimizers.Adam(0.02), loss="binary_crossentropy", metrics=["accuracy"])
    seen = TrainingData({"features": unseen}, {"main": yes_or_no(unseen)})
    chosen = training(
        optimizer={"type": "Adam", "config": {"learning_rate": 0.02}},
        shuffle=False, epochs=15, callbacks=[{"type": kind, "config": config}],
    )  # fmt: skip

    expected = theirs.fit(
        features, yes_or_no(features), epochs=15, batch_size=8, shuffle=False, verbose=0,
        validation_data=(unseen, yes_or_no(unseen)), validation_batch_size=8,
        callbacks=[getattr(keras.callbacks, kind)(**config)],
    ).history  # fmt: skip
    expected.pop("learning_rate", None)
    found = history(model, TrainingData({"features": features}, {"main": yes_or_no(features)}, seen), chosen)

    assert_same(found, expected)
    layer = theirs.get_layer("trunk")
    np.testing.assert_allclose(
        model.trunk.weight.detach().numpy().T, np.asarray(layer.kernel), rtol=1e-3, atol=1e-4
    )


def test_predict_and_evaluate_leave_the_model_in_its_mode() -> None:
    model = SmallModel(dropout=0.5)
    model.train()
    features = rows(10)

    first = predict(model, {"features": features})["main"]
    second = predict(model, {"features": features}, batch_size=3)["main"]

    assert model.training
    np.testing.assert_allclose(first, second, rtol=1e-6)
