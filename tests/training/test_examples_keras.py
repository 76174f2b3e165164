"""The gallery's examples (b) and (c), built by us from their documents, learn exactly as real Keras does."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerloom.data.bound import BoundData
from layerloom.data.loading import bind_dataset
from layerloom.document import Document, Training
from layerloom.events import EpochEnded
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.training.data import TrainingData
from layerloom.training.history import keras_logs
from layerloom.training.loop import fit
from layerloom.training.recipe import recipe
from layerloom.versions import load_document
from training.reference import keras

EXAMPLES = Path(__file__).parents[2] / "examples"
ROWS = 330
"""Not a multiple of the batch sizes: the last batch is smaller."""


def example(name: str) -> Document:
    return load_document((EXAMPLES / f"{name}.json").read_bytes())


def built(document: Document) -> BuiltModel:
    return build(plan(infer(resolve(document))), seed=3)


def bound(document: Document, tmp_path: Path) -> TrainingData:
    """The example's own data, cut to a few rows, with the same share for validation."""
    chosen, planned = document.training, plan(infer(resolve(document)))
    assert chosen is not None
    assert chosen.data is not None
    losses = {name: str(output.loss) for name, output in chosen.outputs.items()}
    data = bind_dataset(chosen.data, tmp_path, planned.inputs, planned.outputs, losses, chosen.fit)
    assert data.validation is not None
    seen = cut(data.validation, ROWS // 4)
    whole = cut(data, ROWS)
    return TrainingData(whole.inputs, whole.targets, validation=seen)


def cut(data: BoundData, rows: int) -> TrainingData:
    return TrainingData(
        {name: array[:rows] for name, array in data.inputs.items()},
        {name: array[:rows] for name, array in data.targets.items()},
    )


def same_digit(keras: Any) -> Any:
    """Example (c): one LSTM over two inputs, a hidden Dense between merge and output."""
    first, second = keras.Input((8, 8), name="first"), keras.Input((8, 8), name="second")
    shared = keras.layers.LSTM(64, name="shared_lstm")
    merged = keras.layers.Concatenate()([shared(first), shared(second)])
    hidden = keras.layers.Dense(64, activation="relu", name="compare")(merged)
    same = keras.layers.Dense(1, activation="sigmoid", name="decide")(hidden)
    return keras.Model([first, second], {"same": same})


def headline(keras: Any) -> Any:
    """Example (b), the functional API guide's: words and facts, an auxiliary output from the words alone."""
    facts, words = keras.Input((5,), name="extra"), keras.Input((100,), dtype="int32", name="tokens")
    embedded = keras.layers.Embedding(1000, 64, name="embedding")(words)
    encoded = keras.layers.LSTM(32, name="lstm")(embedded)
    auxiliary = keras.layers.Dense(1, activation="sigmoid", name="aux_decide")(encoded)
    hidden = keras.layers.Concatenate()([encoded, facts])
    for number in (1, 2, 3):
        hidden = keras.layers.Dense(64, activation="relu", name=f"dense_{number}")(hidden)
    main = keras.layers.Dense(1, activation="sigmoid", name="main_decide")(hidden)
    return keras.Model([facts, words], {"aux_output": auxiliary, "main_output": main})


def give_weights(model: BuiltModel, theirs: Any) -> None:
    """Our weights, in Keras' layout, to the layers of the same names."""
    by_layer: dict[str, list[np.ndarray[Any, Any]]] = {}
    for path, array in model.get_weights().items():
        by_layer.setdefault(path.split("/")[0], []).append(array)
    for name, arrays in by_layer.items():
        theirs.get_layer(name).set_weights(arrays)


@pytest.mark.parametrize(
    ("name", "make"),
    [("shared-lstm", same_digit), ("two-inputs-aux-output", headline)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_an_example_learns_as_in_keras(name: str, make: Any, tmp_path: Path) -> None:
    document = example(name)
    assert document.training is not None
    chosen = Training.model_validate(
        {
            **document.training.model_dump(),
            "fit": {"epochs": 3, "batch_size": 32, "shuffle": False, "seed": 1},
        }
    )
    data, model, theirs = bound(document, tmp_path), built(document), make(keras)
    give_weights(model, theirs)
    outputs = recipe(chosen).outputs
    optimizer = {"class_name": document.training.optimizer.type, "config": document.training.optimizer.config}  # type: ignore[union-attr]
    theirs.compile(
        keras.optimizers.get(json.loads(json.dumps(optimizer))),
        loss={key: output.loss.type_name for key, output in outputs.items() if output.loss},
        loss_weights={key: output.loss_weight for key, output in outputs.items()},
        metrics={key: ["accuracy"] for key in outputs},
    )

    assert data.validation is not None
    expected = theirs.fit(
        dict(data.inputs), dict(data.targets), epochs=3, batch_size=32, shuffle=False, verbose=0,
        validation_data=(dict(data.validation.inputs), dict(data.validation.targets)),
        validation_batch_size=32,
    ).history  # fmt: skip
    epochs = [keras_logs(event) for event in fit(model, data, chosen) if isinstance(event, EpochEnded)]

    assert len(epochs) == 3
    losses = {key: values for key, values in expected.items() if key.endswith("loss")}
    assert set(losses) == {key for key in epochs[0] if key.endswith("loss")}
    for key, values in losses.items():
        found = np.array([logs[key] for logs in epochs], dtype=float)
        np.testing.assert_allclose(found, values, rtol=1e-4, err_msg=key)
    for key in set(expected) - set(losses):
        found = np.array([logs[key] for logs in epochs], dtype=float)
        np.testing.assert_allclose(found, values_of(expected, key), atol=0.5 / ROWS, err_msg=key)


def values_of(history: dict[str, list[float]], key: str) -> list[float]:
    return [float(value) for value in history[key]]
