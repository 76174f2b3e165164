"""Attention layers against real Keras: every config field, every mask."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from layerloom.layers.base import Inputs
from layerloom.layers.catalogue import layer_types
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec
from layers import calls
from layers.agreement import assert_gradients_agree, assert_results_agree, on, spec
from layers.reference import Reference

pytestmark = pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")


def pair(query: bool, value: bool, **more: TensorSpec) -> Inputs:
    return on(query=spec(4, 6, masked=query), value=spec(5, 6, masked=value), **more)


MASKED = pair(True, True)
KEYED = pair(True, True, key=spec(5, 6, masked=True))
OTHER = on(query=spec(4, 6), value=spec(5, 3), key=spec(5, 2))
PICTURE = on(query=spec(3, 4, 6), value=spec(3, 4, 6))
HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
BOOL, FLOAT = spec(4, 5, dtype="bool"), spec(4, 5)

CASES: list[tuple[str, Mapping[str, Any], Inputs]] = [
    *(("MultiHeadAttention", HEADS, pair(*masks)) for masks in itertools.product((False, True), repeat=2)),
    *(
        ("MultiHeadAttention", {**HEADS, **more}, KEYED)
        for more in (
            {"use_causal_mask": True},
            {"sliding_window": 2},
            {"sliding_window": 2, "use_causal_mask": True, "return_attention_scores": True},
            {"return_attention_scores": True},
            {"dropout": 0.3},
            {"use_gate": True, "value_dim": 3, "output_shape": [2, 3]},
        )
    ),
    ("MultiHeadAttention", {**HEADS, "use_causal_mask": True}, pair(False, False)),
    ("MultiHeadAttention", {**HEADS, "use_causal_mask": True, "dropout": 0.3}, pair(False, False)),
    ("MultiHeadAttention", {**HEADS, "use_bias": False, "output_shape": 5}, OTHER),
    ("MultiHeadAttention", {**HEADS, "value_dim": 4, "dropout": 0.1, "use_gate": True}, OTHER),
    ("MultiHeadAttention", HEADS, pair(False, False, attention_mask=BOOL)),
    ("MultiHeadAttention", {**HEADS, "return_attention_scores": True}, pair(True, True, attention_mask=BOOL)),
    ("MultiHeadAttention", HEADS, pair(False, True, attention_mask=spec(4, 5, dtype="int32"))),
    ("MultiHeadAttention", HEADS, pair(False, False, attention_mask=spec(2, 4, 5, dtype="bool"))),
    ("MultiHeadAttention", HEADS, PICTURE),
    ("MultiHeadAttention", {**HEADS, "attention_axes": [2], "return_attention_scores": True}, PICTURE),
    ("MultiHeadAttention", {**HEADS, "attention_axes": -2}, PICTURE),
    ("MultiHeadAttention", {**HEADS, "attention_axes": [1], "use_causal_mask": True}, PICTURE),
    ("GroupQueryAttention", GROUPS, KEYED),
    *(
        ("GroupQueryAttention", {**GROUPS, **more}, MASKED)
        for more in (
            {"use_causal_mask": True},
            {"sliding_window": 3},
            {"return_attention_scores": True},
            {"dropout": 0.3, "use_causal_mask": True},
            {"use_gate": True, "use_bias": False},
        )
    ),
    ("GroupQueryAttention", GROUPS, pair(False, False, attention_mask=BOOL)),
    *(
        (name, more, inputs)
        for name in ("Attention", "AdditiveAttention")
        for inputs in (pair(False, False), KEYED, pair(False, True))
        for more in ({}, {"use_causal_mask": True, "return_attention_scores": True}, {"dropout": 0.2})
    ),
    *(
        ("Attention", more, MASKED)
        for more in (
            {"use_scale": True},
            {"score_mode": "concat"},
            {"score_mode": "concat", "use_scale": True},
        )
    ),
    ("AdditiveAttention", {"use_scale": False}, MASKED),
    ("Attention", {}, PICTURE),
]
every_case = pytest.mark.parametrize(
    ("type_name", "config", "inputs"),
    CASES,
    ids=[f"{name}-{place}" for place, (name, *_) in enumerate(CASES)],
)


@every_case
def test_results_and_masks_are_those_of_keras(
    type_name: str, config: Mapping[str, Any], inputs: Inputs
) -> None:
    assert_results_agree(type_name, config, inputs)


@pytest.mark.parametrize(
    ("type_name", "config", "inputs"),
    [
        ("MultiHeadAttention", {**HEADS, "use_gate": True, "value_dim": 3}, KEYED),
        ("MultiHeadAttention", {**HEADS, "return_attention_scores": True}, KEYED),
        ("MultiHeadAttention", {**HEADS, "attention_axes": [2]}, PICTURE),
        ("GroupQueryAttention", {**GROUPS, "use_causal_mask": True}, MASKED),
        ("Attention", {"score_mode": "concat", "use_scale": True}, MASKED),
        ("AdditiveAttention", {"use_causal_mask": True}, MASKED),
    ],
)
def test_gradients_are_those_of_keras(type_name: str, config: Mapping[str, Any], inputs: Inputs) -> None:
    assert_gradients_agree(type_name, config, inputs)


@pytest.mark.parametrize("config", [HEADS, {**HEADS, "return_attention_scores": True}])
def test_a_query_that_may_look_at_nothing_gives_a_number(config: Mapping[str, Any]) -> None:
    inputs = pair(True, False)
    made = calls.make("MultiHeadAttention", config, inputs)
    tensors, masks = calls.tensors(inputs), {"query": [torch.zeros(3, 4, dtype=torch.bool)]}

    (received, *_), _ = made.call(tensors, masks)
    (expected, *_), _ = Reference(made, "MultiHeadAttention", config).call(tensors, masks)

    np.testing.assert_allclose(received.detach().numpy(), expected, rtol=1e-5, atol=1e-5)
    if "return_attention_scores" in config:
        assert not received.any()  # the bias, which starts at 0
    else:
        torch.testing.assert_close(received[:, :1].expand_as(received), received)  # the mean, for every query


@pytest.mark.parametrize(
    ("type_name", "config", "inputs"),
    [
        ("MultiHeadAttention", {**HEADS, "use_gate": True}, KEYED),
        ("GroupQueryAttention", {**GROUPS, "return_attention_scores": True}, MASKED),
        ("Attention", {}, MASKED),
    ],
)
def test_a_penalty_of_the_activity_falls_where_keras_has_it(
    type_name: str, config: Mapping[str, Any], inputs: Inputs
) -> None:
    from builder import ModelBuilder, document
    from layerloom.graph.build import build
    from layerloom.graph.infer import infer
    from layerloom.graph.plan import plan
    from layerloom.graph.resolve import resolve

    if type_name == "Attention":  # it has none of its own
        assert "activity_regularizer" not in layer_types()[type_name].model_fields
        return
    config = {**config, "activity_regularizer": "l2"}
    model = ModelBuilder()
    for port, (each,) in inputs.items():
        model = model.input(port, each.shape[1:])
    model = model.layer("look", type_name, **config).node(
        "look", "look", "query", "query", **{port: port for port in inputs if port != "query"}
    )
    built = build(plan(infer(resolve(document(model.output("end", "look"))))), seed=1)
    made = calls.make(type_name, config, inputs)
    with torch.no_grad():
        for (_, tensor, _), weight in zip(built.weights(), made.weights, strict=True):
            made.parameter(weight).copy_(tensor)
    tensors = calls.tensors(inputs)

    built(*(tensors[name][0] for name in built.input_names))
    received = built.regularization()
    reference = Reference(made, type_name, config)
    reference.call(tensors, {})
    reference.layer._clear_losses()
    reference.call(tensors, {})

    assert received is not None
    np.testing.assert_allclose(received.item(), float(sum(reference.layer.losses)), rtol=1e-5)


def test_masks_of_several_ports_reach_it_through_a_graph() -> None:
    from builder import ModelBuilder, document
    from layerloom.graph.build import build
    from layerloom.graph.infer import infer
    from layerloom.graph.plan import plan
    from layerloom.graph.resolve import resolve

    model = (
        ModelBuilder()
        .input("one", [4], "int32")
        .input("two", [5], "int32")
        .layer("words", "Embedding", input_dim=9, output_dim=6, mask_zero=True)
        .node("queries", "words", "inputs", "one")
        .node("values", "words", "inputs", "two")
        .layer("look", "MultiHeadAttention", **HEADS)
        .node("look", "look", "query", "queries", value="values")
        .output("end", "look")
    )
    built = build(plan(infer(resolve(document(model)))), seed=1)
    one, two = torch.tensor([[3, 4, 0, 0]]), torch.tensor([[1, 2, 3, 0, 0]])

    (output,), (mask,) = built.forward_with_masks(one, two)

    assert mask.tolist() == [[True, True, False, False]]
    (shorter,) = built(one[:, :2], two[:, :3])
    torch.testing.assert_close(output[:, :2], shorter)


@pytest.mark.parametrize(
    ("type_name", "config", "shapes", "field"),
    [
        ("MultiHeadAttention", HEADS, {"query": (None, 6), "value": (None, 5, 6)}, "query"),
        ("MultiHeadAttention", HEADS, {"query": (None, 4, 6), "value": (None, 3, 5, 6)}, "value"),
        ("MultiHeadAttention", HEADS, {"query": (None, 4, None), "value": (None, 5, 6)}, "query"),
        (
            "MultiHeadAttention",
            HEADS,
            {"query": (None, 4, 6), "value": (None, 5, 6), "key": (None, 7, 6)},
            "key",
        ),
        (
            "MultiHeadAttention",
            HEADS,
            {"query": (None, 4, 6), "value": (None, 5, 6), "attention_mask": (None, 5, 4)},
            "attention_mask",
        ),
        (
            "MultiHeadAttention",
            {**HEADS, "use_causal_mask": True},
            {"query": (None, 4, 5, 6), "value": (None, 4, 5, 6)},
            "use_causal_mask",
        ),
        (
            "MultiHeadAttention",
            HEADS,
            {"query": (None, 4, 6), "value": (None, 5, 6), "attention_mask": (4, 5)},
            "attention_mask",
        ),
        (
            "MultiHeadAttention",
            {**HEADS, "attention_axes": [2]},
            {"query": (None, 4, 6), "value": (None, 4, 6)},
            "attention_axes",
        ),
        (
            "MultiHeadAttention",
            {**HEADS, "attention_axes": [2]},
            {"query": (None, 4, 5, 6), "value": (None, 3, 5, 6)},
            "value",
        ),
        ("GroupQueryAttention", GROUPS, {"query": (None, 4, 5, 6), "value": (None, 4, 5, 6)}, "query"),
        ("Attention", {}, {"query": (None, 4, 6), "value": (None, 5, 7)}, "query"),
    ],
)
def test_what_does_not_fit_is_a_problem(
    type_name: str, config: Mapping[str, Any], shapes: Mapping[str, tuple[int | None, ...]], field: str
) -> None:
    layer = layer_types()[type_name].model_validate(dict(config))

    with pytest.raises(ProblemError) as caught:
        layer.infer({port: [TensorSpec(shape)] for port, shape in shapes.items()})

    (problem,) = caught.value.problems
    assert field in (problem.port, problem.field)
    assert problem.hint


def test_query_heads_must_be_divided() -> None:
    with pytest.raises(ValueError, match="can't be divided"):
        layer_types()["GroupQueryAttention"].model_validate({**GROUPS, "num_key_value_heads": 3})
