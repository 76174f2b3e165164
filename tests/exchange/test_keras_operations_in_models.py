"""Models written with operators and `keras.ops`: read whole, with Keras' numbers; results without axes."""

import json

import numpy as np
import torch

from builder import ModelBuilder, document
from layerloom.exchange.keras.reading import read_model
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.check import check
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layers.reference import keras


def built(model: keras.Model) -> BuiltModel:
    """Our model of the same JSON, with the weights of its only Dense layer."""
    read = read_model(json.loads(model.to_json()))
    assert not read.problems
    made = build(plan(infer(resolve(read.document))), 7)
    with torch.no_grad():
        for path, tensor, _ in made.weights():
            kernel, bias = model.get_layer("dense").get_weights()
            tensor.copy_(torch.tensor(kernel.T if path.endswith("kernel") else bias))
    return made


def test_a_model_written_with_operators_gives_the_numbers_of_keras() -> None:
    ops = keras.ops
    x = keras.Input((4, 6), name="x")
    y = x - ops.mean(x)
    y = ops.relu(keras.layers.Dense(6, name="dense")(y)) * 2 + 1
    first, second = ops.split(y, 2, axis=1)
    y = ops.concatenate([first[:, ::-1], second], axis=-1)
    y = ops.where(y > 1.5, y, -y)
    largest, places = ops.top_k(y, 3)
    model = keras.Model(x, [ops.max(y, axis=[1]), largest + ops.cast(places, "float32")])
    given = np.random.default_rng(0).normal(size=(5, 4, 6)).astype("float32")

    received = built(model)(torch.tensor(given))

    for have, want in zip(received, model.predict(given, verbose=0), strict=True):
        np.testing.assert_allclose(have.detach().numpy(), want, rtol=1e-5, atol=1e-5)


def test_one_number_for_the_whole_batch_is_a_problem_where_a_batch_is_needed() -> None:
    main = (
        ModelBuilder()
        .input("x", [4])
        .call("mean", "Reduction", "x")
        .call("dense", "Dense", "mean", units=2)
        .output("y", "dense")
    )

    result = check(document(main))

    (problem,) = [each for each in result.problems if each.is_error]
    assert (problem.code, problem.node) == ("shape.mismatch", "dense")
    assert str(result.models["main"].nodes["mean"]["output"]) == "()"
