"""What dense layers refuse, and how their kernels are drawn."""

import math
from collections.abc import Mapping
from typing import Any

import pytest
import torch

from builder import ModelBuilder, document
from layerloom.graph.build import build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.layers.catalogue import layer_types
from layerloom.layers.modules.initializers import draw
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec
from layers import calls
from layers.agreement import on, spec
from layers.reference import keras


@pytest.mark.parametrize("type_name", ["Dense", "EinsumDense", "Embedding", "ReversibleEmbedding"])
def test_keys_for_large_models_are_read_at_null_and_refused_otherwise(type_name: str) -> None:
    layer_type = layer_types()[type_name]
    config = dict(layer_type.examples[0].config)

    read = layer_type.model_validate({**config, "lora_rank": None, "quantization_config": None})

    assert read == layer_type.model_validate(config)
    with pytest.raises(ValueError, match="low-rank adapter"):
        layer_type.model_validate({**config, "lora_rank": 4})
    with pytest.raises(ValueError, match="few bits"):
        layer_type.model_validate({**config, "quantization_config": {"bits": 4}})


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("ab,bc", "expected `ab,bc->ac`"),
        ("...ab,bc->ac", "the same in input and output"),
        ("...ab...,bc->...ac...", "one side"),
        ("ab,b->ac", "neither in the input nor in the kernel"),
        ("ab,bcx->ac", "neither in the input nor in the output"),
        ("aab,bc->ac", "twice"),
    ],
)
def test_an_equation_of_another_form_is_refused(equation: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        layer_types()["EinsumDense"].model_validate({"equation": equation, "output_shape": [3]})


@pytest.mark.parametrize(
    ("config", "shape", "code"),
    [
        ({"equation": "abc,cd->abd", "output_shape": [None, 3]}, (None, 4), "shape.mismatch"),
        ({"equation": "...abc,cd->...abd", "output_shape": [None, 3]}, (None, 4), "shape.mismatch"),
        ({"equation": "abc,cd->abd", "output_shape": [5, 3]}, (None, 4, 2), "shape.mismatch"),
        ({"equation": "abc,cd->abd", "output_shape": [3]}, (None, 4, 2), "config.invalid"),
        ({"equation": "abc,cd->abd", "output_shape": [None, None]}, (None, 4, 2), "shape.unknown"),
        ({"equation": "abc,bcd->ad", "output_shape": [3]}, (None, None, 2), "shape.unknown"),
        (
            {"equation": "abc,cd->abd", "output_shape": [None, 3], "bias_axes": "b"},
            (None, None, 2),
            "shape.unknown",
        ),
    ],
)
def test_an_equation_that_does_not_fit_is_a_problem(
    config: Mapping[str, Any], shape: tuple[int | None, ...], code: str
) -> None:
    layer = layer_types()["EinsumDense"].model_validate(config)

    with pytest.raises(ProblemError) as caught:
        layer.infer({"inputs": [TensorSpec(shape)]})

    assert caught.value.problems[0].code == code


def test_what_an_equation_gives_is_inferred_with_open_axes() -> None:
    layer = layer_types()["EinsumDense"].model_validate(
        {"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"}
    )

    (output,) = layer.infer({"inputs": [TensorSpec((None, None, 7, 8))]}).values()

    assert output.shape == (None, None, 7, 4)


def test_the_fans_of_an_equation_are_its_axes_summed_and_made() -> None:
    made = calls.make(
        "EinsumDense", {"equation": "abc,cde->abde", "output_shape": [None, 20, 30]}, on(spec(6, 10))
    )

    kernel = made.parameter(made.weights[0]).detach()

    limit = math.sqrt(6 / (10 + 20 * 30))
    assert limit * 0.99 < float(kernel.abs().max()) <= limit


@pytest.mark.parametrize("axes", [([0], [1, 2]), ([0, 2], [1]), (None, None), ([1], None)])
def test_fans_of_named_axes_are_those_of_keras(axes: tuple[list[int] | None, list[int] | None]) -> None:
    from keras.src.initializers.random_initializers import compute_fans

    shape = (3, 40, 50)
    config = {"input_axes": axes[0], "output_axes": axes[1]}

    drawn = draw("GlorotUniform", config, shape, torch.Generator().manual_seed(1))

    limit = math.sqrt(6 / sum(compute_fans(shape, *axes)))
    assert limit * 0.99 < float(drawn.abs().max()) <= limit
    assert layer_types()["Dense"].model_validate(
        {
            "units": 3,
            "kernel_initializer": keras.initializers.serialize(keras.initializers.GlorotUniform(**config)),
        }
    ).kernel_initializer == {"type": "GlorotUniform", "config": {"seed": None, **config}}


def test_one_reversible_embedding_goes_both_ways_with_one_table() -> None:
    model = (
        ModelBuilder()
        .input("ids", [5], "int32")
        .layer("table", "ReversibleEmbedding", input_dim=7, output_dim=4)
        .node("looked_up", "table", "inputs", "ids")
        .node("scores", "table", "inputs", "looked_up")
        .output("next", "scores")
    )

    built = build(plan(infer(resolve(document(model)))), seed=1)
    (scores,) = built(torch.tensor([[0, 1, 2, 3, 6]]))

    ((_, table, _),) = built.weights()
    torch.testing.assert_close(scores, table[torch.tensor([[0, 1, 2, 3, 6]])] @ table.T)


@pytest.mark.parametrize(
    ("type_name", "config", "said"),
    [
        ("Normalization", {"mean": 1.0}, "belong together"),
        ("Normalization", {"mean": [1.0, 2.0], "variance": [1.0]}, "must be alike"),
        ("Normalization", {"mean": [[1.0], [2.0, 3.0]], "variance": 1.0}, "one length"),
        ("Normalization", {"mean": "much", "variance": 1.0}, "expected a number"),
        ("Normalization", {"axis": [], "mean": [1.0], "variance": [1.0]}, "more than `axis` names"),
        ("Discretization", {"bin_boundaries": [1.0, 0.0]}, "must rise"),
        ("Discretization", {"bin_boundaries": None, "num_bins": 3}, "bin_boundaries"),
        ("CategoryEncoding", {"num_tokens": 0}, "num_tokens"),
    ],
)
def test_preparing_layers_refuse_what_makes_no_sense(
    type_name: str, config: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        layer_types()[type_name].model_validate(dict(config))


@pytest.mark.parametrize(
    ("type_name", "config", "shapes", "code"),
    [
        ("Normalization", {}, {"inputs": (None, None)}, "shape.unknown"),
        (
            "Normalization",
            {"mean": [1.0, 2.0], "variance": [1.0, 2.0]},
            {"inputs": (None, 3)},
            "shape.mismatch",
        ),
        ("CategoryEncoding", {"num_tokens": 3}, {"inputs": (None,)}, "shape.mismatch"),
        (
            "CategoryEncoding",
            {"num_tokens": 3},
            {"inputs": (None, 4), "count_weights": (None, 4)},
            "config.invalid",
        ),
        (
            "CategoryEncoding",
            {"num_tokens": 3, "output_mode": "count"},
            {"inputs": (None, 4), "count_weights": (None, 5)},
            "shape.mismatch",
        ),
    ],
)
def test_what_does_not_fit_is_a_problem(
    type_name: str, config: Mapping[str, Any], shapes: Mapping[str, tuple[int | None, ...]], code: str
) -> None:
    layer = layer_types()[type_name].model_validate(dict(config))

    with pytest.raises(ProblemError) as caught:
        layer.infer({port: [TensorSpec(shape)] for port, shape in shapes.items()})

    assert caught.value.problems[0].code == code


def test_arrays_as_keras_saves_them_are_read() -> None:
    array = {"class_name": "__numpy__", "config": {"value": [1.0, 2.0], "dtype": "float32"}}

    layer = layer_types()["Normalization"].model_validate({"mean": array, "variance": array})

    assert layer.mean == (1.0, 2.0)
