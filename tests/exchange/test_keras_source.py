"""Keras source: running it gives the model that the JSON gives, and it reads like a person's."""

import json
from pathlib import Path
from typing import Any

import pytest

from exchange.models import MODELS, built, keras
from exchange.test_keras_writing import plain
from layerloom.document import Document
from layerloom.exchange.keras.reading import read_model
from layerloom.exchange.keras.source import write_source
from layerloom.exchange.keras.writing import write_model

EXAMPLES = sorted(Path("examples").glob("[!i]*.json"))


def run(text: str) -> Any:
    """The model that the source makes."""
    keras.backend.clear_session(free_memory=False)
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 our own source
    return names["model"]


@pytest.mark.parametrize("name", MODELS)
def test_the_source_of_a_keras_model_makes_it_again(name: str) -> None:
    model = built(name)
    before = plain(model)
    document = read_model(json.loads(model.to_json())).document

    again = run(write_source(document).text)

    assert plain(again) == before


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_source_of_an_example_makes_what_the_json_makes(path: Path) -> None:
    document = Document.model_validate(json.loads(path.read_text()))

    from_source = run(write_source(document).text)
    config = json.loads(from_source.to_json())
    keras.backend.clear_session(free_memory=False)
    from_json = keras.models.model_from_json(json.dumps(write_model(document).config))

    assert [each.name for each in from_source.layers] == [each.name for each in from_json.layers]
    assert plain(from_source)["output_layers"] == plain(from_json)["output_layers"]
    assert config["compile_config"]["loss"] == json.loads(from_json.to_json())["compile_config"]["loss"]


def test_the_source_reads_like_a_person_s() -> None:
    document = Document.model_validate(json.loads(Path("examples/shared-lstm.json").read_text()))

    text = write_source(document).text

    assert text == SHARED_LSTM


SHARED_LSTM = '''"""Same digit?, as Layerloom exported it."""

import keras
from keras import layers


def build_model(name="Same digit?"):
    first = keras.Input((8, 8), name="first")
    second = keras.Input((8, 8), name="second")
    shared_lstm = layers.LSTM(64, name="shared_lstm")
    encoded_a = shared_lstm(first)
    encoded_b = shared_lstm(second)
    merge = layers.Concatenate(name="merge")([encoded_a, encoded_b])
    compare = layers.Dense(64, activation="relu", name="compare")(merge)
    decide = layers.Dense(1, activation="sigmoid", name="decide")(compare)
    return keras.Model([first, second], decide, name=name)


model = build_model()
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.003),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
# model.fit(x, y, epochs=20, batch_size=64, validation_split=0.2)
'''
