"""Documents for Keras: real Keras loads them, both round trips are the identity, layers are in Keras' order."""

import json
from pathlib import Path
from typing import Any

import pytest

from exchange.models import MODELS, built, keras
from layerloom.document import Document, Layer, Model, Node
from layerloom.exchange.keras.reading import read_model
from layerloom.exchange.keras.tree import SavedLayer
from layerloom.exchange.keras.writing import write_model
from layerloom.problems import ProblemError

EXAMPLES = sorted(Path("examples").glob("[!i]*.json"))


def loaded(config: dict[str, Any]) -> Any:
    """The model that real Keras makes of it."""
    keras.backend.clear_session(free_memory=False)
    return keras.models.model_from_json(json.dumps(config))


def plain(model: Any) -> Any:
    """Its config, with operations on masks by class: Keras numbers them in the order of the user's lines."""
    config = json.loads(json.dumps(model.get_config()))
    names = {
        each["name"]: each["class_name"]
        for each in config["layers"]
        if each.get("module", "").startswith("keras.src.ops")
    }

    def renamed(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: renamed(each) for key, each in part.items()}
        if isinstance(part, list):
            return [renamed(each) for each in part]
        return names.get(part, part) if isinstance(part, str) else part

    return renamed(config)


def layer_names(layers: tuple[SavedLayer, ...] | None) -> list[str]:
    return [each.name for each in layers or () if not each.is_operation]


@pytest.mark.parametrize("name", MODELS)
def test_a_keras_model_comes_back_as_it_was(name: str) -> None:
    model = built(name)
    before = plain(model)
    order = [each.name for each in model.layers]
    config = json.loads(model.to_json())
    weights = loaded(config).count_params()  # Keras' own JSON makes two of a layer that is wrapped and called
    read = read_model(config)

    written = write_model(read.document)
    again = loaded(written.config)

    assert not written.problems
    assert plain(again) == before
    assert [each.name for each in again.layers] == order
    assert [name for name in layer_names(written.tree.layers) if name in order] == order
    assert again.count_params() == weights


@pytest.mark.parametrize("name", MODELS)
def test_what_was_imported_is_the_same_after_an_export(name: str) -> None:
    document = read_model(json.loads(built(name).to_json())).document

    again = read_model(write_model(document).config).document

    assert again == document


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_the_same_after_keras(path: Path) -> None:
    document = read_model(write_model(Document.model_validate(json.loads(path.read_text()))).config).document

    again = read_model(write_model(document).config).document

    assert again == document


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_keras_loads_an_example_with_its_nodes_and_losses(path: Path) -> None:
    document = Document.model_validate(json.loads(path.read_text()))

    written = write_model(document)
    model = loaded(written.config)

    assert [each.name for each in model.layers] == [
        name for name in layer_names(written.tree.layers) if name in {each.name for each in model.layers}
    ]
    assert document.training is not None
    config = json.loads(model.to_json())["compile_config"]
    assert config["optimizer"]["class_name"] == (document.training.optimizer or Layer(type="none")).type
    if isinstance(config["loss"], dict):
        assert config["loss"].keys() == document.training.outputs.keys()
    back = read_model(written.config).document
    assert set(back.models["main"].nodes) >= {
        name for name, node in document.models["main"].nodes.items()
        if document.models["main"].layers[node.layer].type != "Join"
    }  # fmt: skip
    assert back.training is not None
    assert back.training.outputs == document.training.outputs


def test_ids_of_the_document_come_back() -> None:
    document = Document(
        models={
            "main": Model(
                layers={
                    "in": Layer(type="Input", config={"shape": [3]}),
                    "dense": Layer(type="Dense", config={"units": 3}),
                    "end": Layer(type="Output"),
                    "side": Layer(type="Output"),
                },
                nodes={
                    "number": Node(layer="in"),
                    "first": Node(layer="dense", inputs={"inputs": ["number"]}, label="the first call"),
                    "again": Node(layer="dense", inputs={"inputs": ["first"]}),
                    "out": Node(layer="end", inputs={"inputs": ["again"]}),
                    "beside": Node(layer="side", inputs={"inputs": ["first"]}),
                },
            )
        }
    )

    written = write_model(document)
    back = read_model(written.config).document.models["main"]

    assert loaded(written.config).output.keys() == {"out", "beside"}
    assert back.nodes.keys() == {"number", "first", "again", "out", "beside"}
    assert back.nodes["first"].label == "the first call"
    assert back.nodes["again"].inputs == {"inputs": ["first"]}
    assert back.outputs is None


def test_time_distributed_over_several_inputs_is_a_problem() -> None:
    pair = Model(
        layers={
            "a": Layer(type="Input", config={"shape": [3]}), "b": Layer(type="Input", config={"shape": [3]}),
            "sum": Layer(type="Add"), "total": Layer(type="Output"),
        },
        nodes={
            "a": Node(layer="a"), "b": Node(layer="b"), "sum": Node(layer="sum", inputs={"inputs": ["a", "b"]}),
            "total": Node(layer="total", inputs={"inputs": ["sum"]}),
        },
    )  # fmt: skip
    main = Model(
        layers={
            "x": Layer(type="Input", config={"shape": [4, 3]}), "pair": Layer(type="Model", config={"model": "pair"}),
            "each": Layer(type="TimeDistributed", config={"layer": "pair"}), "end": Layer(type="Output"),
        },
        nodes={
            "x": Node(layer="x"), "each": Node(layer="each", inputs={"a": ["x"], "b": ["x"]}),
            "end": Node(layer="end", inputs={"inputs": ["each"]}),
        },
    )  # fmt: skip

    with pytest.raises(ProblemError) as caught:
        write_model(Document(models={"main": main, "pair": pair}))

    assert (caught.value.problems[0].code, caught.value.problems[0].node) == ("export.keras", "each")


def test_a_document_with_errors_is_not_written() -> None:
    main = Model(layers={"x": Layer(type="Dense")}, nodes={"x": Node(layer="x")})

    with pytest.raises(ProblemError):
        write_model(Document(models={"main": main}))
