"""States that last from batch to batch, beside Keras: in fit, evaluate and predict, and over a checkpoint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import layerloom
from builder import ModelBuilder, document
from layerloom.document import Training
from layerloom.events import Event, StepEnded
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.problems import ProblemError
from layerloom.training.data import TrainingData
from layerloom.training.evaluation import evaluate, predict
from layerloom.training.loop import fit
from layerloom.training.state import FitState
from training.reference import keras

layers = keras.layers
Y = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")
X = np.random.default_rng(0).normal(size=(6, 5, 3)).astype("float32")
X[1, 2:] = 0
X[4, 1:3] = 0

LAYERS: dict[str, Callable[[], Any]] = {
    "lstm": lambda: layers.LSTM(4, stateful=True),
    "gru": lambda: layers.GRU(4, stateful=True, go_backwards=True, reset_after=False),
    "simple": lambda: layers.SimpleRNN(4, stateful=True),
    "bidirectional": lambda: layers.Bidirectional(layers.LSTM(4, stateful=True), merge_mode="mul"),
    "stack": lambda: layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], stateful=True),
}


def theirs(name: str, batch_size: int = 2) -> Any:
    keras.utils.set_random_seed(2)
    x = keras.Input(batch_shape=(batch_size, 5, 3))
    model = keras.Model(x, layers.Dense(2, name="last")(LAYERS[name]()(layers.Masking()(x))))
    model.compile(keras.optimizers.SGD(0.1), loss="mse", run_eagerly=True)
    return model


@pytest.mark.parametrize("name", LAYERS)
def test_states_last_through_fit_evaluate_and_predict_as_in_keras(name: str, tmp_path: Path) -> None:
    """Called, Keras' layers keep their states on every backend. Its fit and predict on JAX lose them, for there
    they are no variables of the model; so what its other backends do is done here batch by batch.
    """
    keras_model = theirs(name)
    keras_model.save(tmp_path / "model.keras")
    model = layerloom.load(str(tmp_path / "model.keras"))
    model.compile({"type": "SGD", "config": {"learning_rate": 0.1}}, loss="mse")

    def told() -> Any:
        return next(iter(model.predict(X, batch_size=2).values()))

    np.testing.assert_allclose(told(), called(keras_model), atol=1e-5)
    fitted = model.fit(X, Y, batch_size=2, epochs=3, shuffle=False).history["loss"]
    np.testing.assert_allclose(fitted, [one_epoch(keras_model) for _ in range(3)], rtol=1e-4)
    loss = model.evaluate(X, Y, batch_size=2)["loss"]
    np.testing.assert_allclose(loss, np.square(called(keras_model) - Y).mean(), rtol=1e-4)
    first, second = told(), told()
    np.testing.assert_allclose(first, called(keras_model), atol=1e-5)
    assert not np.allclose(first, second)


def batches() -> Any:
    return [(X[index : index + 2], Y[index : index + 2]) for index in (0, 2, 4)]


def called(model: Any) -> Any:
    return np.concatenate([np.asarray(model(x)) for x, _ in batches()])


def one_epoch(model: Any) -> float:
    states = keras.tree.flatten(model.layers[2].states)
    losses = []
    for x, y in batches():
        before = [np.asarray(each) for each in states]
        model(x)
        after = [np.asarray(each) for each in states]
        for each, value in zip(states, before, strict=True):
            each.assign(value)
        losses.append(float(model.train_on_batch(x, y)))
        for each, value in zip(states, after, strict=True):
            each.assign(value)
        model.reset_metrics()
    return sum(losses) / len(losses)


def stateful(units: int = 4) -> BuiltModel:
    main = (
        ModelBuilder()
        .input("x", [5, 3])
        .layer("lstm", "LSTM", units=units, stateful=True)
        .call("both", "Bidirectional", "x", port="sequence", layer="lstm")
        .call("again", "Reshape", "both", target_shape=[2, units])
        .call("gru", "GRU", "again", port="sequence", units=2, stateful=True)
        .output("y", "gru")
    )
    planned = plan(infer(resolve(document(main))))
    assert not planned.problems
    return build(planned, seed=3)


def training(**settings: Any) -> Training:
    return Training.model_validate(
        {
            "model": "main",
            "optimizer": {"type": "Adam", "config": {"learning_rate": 0.05}},
            "outputs": {"y": {"loss": "mean_squared_error"}},
            "fit": {"epochs": 3, "batch_size": 2, "shuffle": True, "seed": 7, "callbacks": [], **settings},
        }
    )


DATA = TrainingData({"x": X}, {"y": Y}, TrainingData({"x": X[:2]}, {"y": Y[:2]}))


@pytest.mark.parametrize("stop_after", range(1, 13))
def test_a_fit_with_states_is_resumed_bit_for_bit(stop_after: int) -> None:
    whole = list(fit(stateful(), DATA, training()))
    state = FitState()
    for number, _ in enumerate(fit(stateful(), DATA, training(), state=state)):
        if number == stop_after:
            saved = state.save()
            break

    model = stateful()
    resumed = list(fit(model, DATA, training(), state=FitState.load(*saved)))

    def losses(events: list[Event]) -> list[float | None]:
        return [event.loss for event in events if isinstance(event, StepEnded)]

    assert losses(resumed) == losses(whole[stop_after + 1 :])
    assert model.state_rows == 2


def test_reset_states_begin_anew_and_with_any_batch() -> None:
    model = stateful().eval()
    first = predict(model, {"x": X}, 2)["y"]
    assert not np.allclose(predict(model, {"x": X}, 2)["y"], first)

    model.reset_state()

    np.testing.assert_array_equal(predict(model, {"x": X}, 2)["y"], first)
    model.reset_state()
    assert model.state_rows is None
    assert predict(model, {"x": X}, 3)["y"].shape == (6, 2)


def test_states_are_no_weights_but_stand_in_a_checkpoint() -> None:
    model = stateful()
    names = set(model.get_weights())

    predict(model, {"x": X}, 2)

    assert set(model.get_weights()) == names
    assert model.state_rows == 2
    kept = {name for name in model.state_dict() if ".state_" in name}
    assert len(kept) == 5
    other = stateful()
    other.load_state_dict(model.state_dict())
    assert all(torch.equal(value, other.state_dict()[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    "call",
    [
        lambda model: predict(model, {"x": X}, 4),
        lambda model: evaluate(model, DATA, training(batch_size=4)),
        lambda model: list(fit(model, DATA, training(batch_size=4))),
        lambda model: list(fit(model, TrainingData({"x": X}, {"y": Y}, DATA), training(batch_size=5))),
    ],
)
def test_batches_of_several_sizes_are_a_problem_before_anything_runs(call: Any) -> None:
    model = stateful()

    with pytest.raises(ProblemError, match="stateful") as caught:
        call(model)

    (problem,) = caught.value.problems
    assert problem.code == "data.batch"
    assert problem.hint
    assert model.state_rows is None


def test_another_batch_size_than_that_of_the_states_is_a_problem() -> None:
    model = stateful()
    predict(model, {"x": X}, 2)

    with pytest.raises(ProblemError, match="those of 2"):
        predict(model, {"x": X}, 3)
    with pytest.raises(ValueError, match="batch of 3"):
        model(torch.zeros(3, 5, 3))
