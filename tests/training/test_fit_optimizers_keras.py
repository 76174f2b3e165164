"""Three epochs with each optimizer, and each argument that all of them have, against real Keras."""

from typing import Any

import numpy as np
import pytest

from layerloom.document import Model
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.training.data import TrainingData
from layerloom.training.optimizers.base import optimizers
from layerloom.versions import load_document
from training.reference import keras
from training.small_models import SmallModel, rows, training
from training.test_fit_keras import OUTPUTS, assert_same, history, targets, twin

LOSSES = {
    "class_of": {"loss": "sparse_categorical_crossentropy", "loss_weight": 0.5},
    "main": {"loss": "binary_crossentropy"},
    "side": {"loss": "mse", "loss_weight": 0.2},
}
SCHEDULE = {"initial_learning_rate": 0.05, "first_decay_steps": 4}

CASES: list[tuple[str, dict[str, Any]]] = [
    *((kind, {}) for kind in optimizers()),
    ("SGD", {"momentum": 0.9, "use_ema": True, "ema_momentum": 0.8}),
    ("RMSprop", {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 4}),
    ("Adam", {"gradient_accumulation_steps": 3, "weight_decay": 0.01}),
    ("Nadam", {"gradient_accumulation_steps": 2, "use_ema": True, "ema_momentum": 0.6}),
    ("Lamb", {"gradient_accumulation_steps": 2, "global_clipnorm": 0.5}),
    ("Adam", {"clipnorm": 0.05}),
    ("Ftrl", {"clipvalue": 0.02, "learning_rate": 0.1}),
    ("SGD", {"global_clipnorm": 0.2, "learning_rate": 0.5}),
    ("RMSprop", {"loss_scale_factor": 128.0}),
    ("Adamax", {"weight_decay": 0.1}),
    ("SGD", {"learning_rate": "schedule", "gradient_accumulation_steps": 2}),
    ("Adafactor", {"learning_rate": "schedule"}),
]


def both(config: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The config as a document has it, and as Keras wants it."""
    if "learning_rate" not in config or config["learning_rate"] != "schedule":
        return config, config
    schedule = keras.optimizers.schedules.CosineDecayRestarts(**SCHEDULE)
    return (
        {**config, "learning_rate": {"type": "CosineDecayRestarts", "config": SCHEDULE}},
        {**config, "learning_rate": schedule},
    )


@pytest.mark.parametrize(("kind", "config"), CASES, ids=str)
def test_a_fit_ends_with_the_weights_of_keras(kind: str, config: dict[str, Any]) -> None:
    features, unseen = rows(37), rows(13, seed=1)
    model = SmallModel(outputs=OUTPUTS)
    theirs = twin(model)
    ours_config, their_config = both(config)
    theirs.compile(
        getattr(keras.optimizers, kind)(**their_config),
        loss=["sparse_categorical_crossentropy", "binary_crossentropy", "mse"],
        loss_weights=[0.5, 1.0, 0.2],
    )
    seen = TrainingData({"features": unseen}, targets(unseen))

    expected = theirs.fit(
        features, list(targets(features).values()), epochs=3, batch_size=8, shuffle=False, verbose=0,
        validation_data=(unseen, list(targets(unseen).values())), validation_batch_size=8,
    ).history  # fmt: skip
    found = history(
        model,
        TrainingData({"features": features}, targets(features), seen),
        training(LOSSES, {"type": kind, "config": ours_config}, shuffle=False),
    )

    assert_same(found, expected)
    for name, layer in (("trunk", model.trunk), *zip(model.output_names, model.heads, strict=True)):
        kernel, bias = theirs.get_layer(name).get_weights()
        np.testing.assert_allclose(layer.weight.detach().numpy().T, kernel, rtol=1e-4, atol=2e-5)
        np.testing.assert_allclose(layer.bias.detach().numpy(), bias, rtol=1e-4, atol=2e-5)


READER: dict[str, tuple[str, dict[str, Any], str]] = {
    "embedding": ("Embedding", {"input_dim": 9, "output_dim": 6}, "words"),
    "gru": ("GRU", {"units": 5, "return_sequences": True}, "embedding"),
    "conv": ("Conv1D", {"filters": 4, "kernel_size": 3, "activation": "relu"}, "gru"),
    "pool": ("GlobalAveragePooling1D", {}, "conv"),
    "dense": ("Dense", {"units": 2}, "pool"),
}


def reader() -> BuiltModel:
    """Weights in every layout: an embedding, a GRU whose gates change places, a convolution."""
    layers: dict[str, Any] = {
        "words": {"type": "Input", "config": {"shape": [7], "dtype": "int32"}},
        "out": {"type": "Output"},
    }
    nodes: dict[str, Any] = {
        "words": {"layer": "words"},
        "out": {"layer": "out", "inputs": {"inputs": ["dense"]}},
    }
    for name, (kind, config, source) in READER.items():
        layers[name] = {"type": kind, "config": config}
        port = "sequence" if kind == "GRU" else "inputs"
        nodes[name] = {"layer": name, "inputs": {port: [source]}}
    main = Model.model_validate({"layers": layers, "nodes": nodes})
    document = load_document({"format": "layerloom/1", "models": {"main": main.model_dump()}})
    return build(plan(infer(resolve(document))), seed=3)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("Adafactor", {}),
        ("Lamb", {"weight_decay": 0.1}),
        ("Muon", {"use_ema": True, "ema_momentum": 0.5}),
        (
            "Muon",
            {"exclude_layers": ["dense"], "exclude_embeddings": False, "gradient_accumulation_steps": 2},
        ),
        ("Adam", {"clipnorm": 0.05}),
    ],
    ids=str,
)
def test_weights_of_every_layout_are_updated_in_the_shape_that_keras_gives_them(
    kind: str, config: dict[str, Any]
) -> None:
    model = reader()
    words = keras.Input((7,), dtype="int32", name="words")
    tensor = words
    for name, (layer, layer_config, _) in READER.items():
        tensor = getattr(keras.layers, layer)(**layer_config, name=name)(tensor)
    theirs = keras.Model(words, tensor)
    for name in READER:
        mine = [array for path, array in model.get_weights().items() if path.startswith(f"{name}/")]
        theirs.get_layer(name).set_weights(mine)
    theirs.compile(getattr(keras.optimizers, kind)(learning_rate=0.01, **config), loss="mse")
    random = np.random.default_rng(0)
    ids = random.integers(0, 9, (20, 7)).astype(np.int32)
    target = random.normal(size=(20, 2)).astype(np.float32)

    expected = theirs.fit(ids, target, epochs=3, batch_size=8, shuffle=False, verbose=0).history
    chosen = training(
        {"out": {"loss": "mse"}},
        {"type": kind, "config": {"learning_rate": 0.01, **config}},
        shuffle=False,
    )
    found = history(model, TrainingData({"words": ids}, {"out": target}), chosen)

    assert_same(found, expected)
    for name in READER:
        mine = [array for path, array in model.get_weights().items() if path.startswith(f"{name}/")]
        for array, weight in zip(mine, theirs.get_layer(name).get_weights(), strict=True):
            np.testing.assert_allclose(array, weight, rtol=1e-3, atol=5e-5, err_msg=name)
