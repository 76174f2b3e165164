"""Built models: shared weights, models as layers, time, subsets of outputs, seeds, masks, penalties."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder import ModelBuilder, document, shared_lstm
from layerloom.document import Document
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.check import check
from layerloom.graph.infer import infer
from layerloom.graph.plan import Plan, plan
from layerloom.graph.resolve import resolve


def planned(source: Document, **chosen: list[str]) -> Plan:
    return plan(infer(resolve(source)), **chosen)


def built(main: ModelBuilder, seed: int = 7, **models: ModelBuilder) -> BuiltModel:
    return build(planned(document(main, **models)), seed)


def vision() -> ModelBuilder:
    return (
        ModelBuilder()
        .input("image", [6, 6, 1])
        .call("conv", "Conv2D", "image", filters=3, kernel_size=3, activation="relu")
        .call("flat", "Flatten", "conv")
        .call("dense", "Dense", "flat", units=5)
        .output("features", "dense")
    )


def test_gradients_of_every_call_add_up_in_a_shared_layer() -> None:
    model = built(shared_lstm())
    a, b = torch.rand(4, 8, 8), torch.rand(4, 8, 8)
    kernel = {path: tensor for path, tensor, _ in model.weights()}["shared_lstm/kernel"]

    both = torch.autograd.grad(model(a, b)[0].sum(), kernel)[0]
    first = torch.autograd.grad(model(a, b.detach())[0].sum(), kernel)[0]

    assert torch.equal(both, first)
    assert len([path for path, _, _ in model.weights() if path.startswith("shared_lstm")]) == 3
    assert len(list(model.parameters())) == len({id(p) for p in model.parameters()})


def test_swapping_the_inputs_of_a_shared_layer_swaps_its_results() -> None:
    main = (
        ModelBuilder()
        .input("a", [8])
        .input("b", [8])
        .layer("shared", "Dense", units=4)
        .node("of_a", "shared", "inputs", "a")
        .node("of_b", "shared", "inputs", "b")
        .output("y_a", "of_a")
        .output("y_b", "of_b")
    )
    model = built(main)
    a, b = torch.rand(3, 8), torch.rand(3, 8)

    of_a, of_b = model(a, b)
    swapped_a, swapped_b = model(b, a)

    assert torch.equal(of_a, swapped_b)
    assert torch.equal(of_b, swapped_a)


def test_one_model_layer_called_twice_shares_and_two_model_layers_do_not() -> None:
    shared = (
        ModelBuilder()
        .input("x", [6, 6, 1])
        .layer("see", "Model", model="vision")
        .node("one", "see", "image", "x")
        .node("two", "see", "image", "x")
        .call("apart", "Model", "x", port="image", model="vision")
        .output("y1", "one")
        .output("y2", "two")
        .output("y3", "apart")
    )
    y1, y2, y3 = built(shared, vision=vision())(torch.rand(2, 6, 6, 1))

    assert torch.equal(y1, y2)
    assert not torch.allclose(y1, y3)


@pytest.mark.parametrize("is_training", [True, False])
def test_time_distributed_over_a_model_equals_a_call_for_each_step(is_training: bool) -> None:
    main = (
        ModelBuilder()
        .input("film", [4, 6, 6, 1])
        .input("picture", [6, 6, 1])
        .layer("see", "Model", model="vision")
        .node("seen", "see", "image", "picture")
        .layer("each", "TimeDistributed", layer="see")
        .node("frames", "each", "image", "film")
        .output("many", "frames")
        .output("one", "seen")
    )
    model = built(main, vision=vision()).train(is_training)
    film = torch.rand(2, 4, 6, 6, 1)

    many, _ = model(film, film[:, 0])

    for step in range(4):
        torch.testing.assert_close(many[:, step], model(film, film[:, step])[1])


def test_time_distributed_takes_several_inputs_and_gives_several_outputs() -> None:
    pair = (
        ModelBuilder()
        .input("left", [3])
        .input("right", [3])
        .call("total", "Add", ["left", "right"])
        .call("gap", "Subtract", ["left", "right"])
        .output("difference", "gap")
        .output("sum", "total")
    )
    main = (
        ModelBuilder()
        .input("a", [5, 3])
        .input("b", [5, 3])
        .layer("pair", "Model", model="pair")
        .layer("each", "TimeDistributed", layer="pair")
        .node("each", "each", "left", "a", right="b")
        .output("y_difference", "each.difference")
        .output("y_sum", "each.sum")
    )
    a, b = torch.rand(2, 5, 3), torch.rand(2, 5, 3)

    difference, total = built(main, pair=pair)(a, b)

    torch.testing.assert_close(total, a + b)
    torch.testing.assert_close(difference, a - b)


def test_a_plan_of_one_output_builds_only_what_that_output_needs() -> None:
    main = (
        ModelBuilder()
        .input("x", [8])
        .input("extra", [2])
        .call("trunk", "Dense", "x", units=4)
        .call("head", "Dense", "trunk", units=1)
        .call("both", "Concatenate", ["trunk", "extra"])
        .call("other", "Dense", "both", units=3)
        .output("y", "head")
        .output("z", "other")
    )

    chosen = planned(document(main), outputs=["y"])
    model = build(chosen, 1)

    assert list(chosen.inputs) == ["x"]
    assert {path.split("/")[0] for path, _, _ in model.weights()} == {"trunk", "head"}
    assert planned(document(main), outputs=["nope"]).problems[0].code == "training.output_unknown"
    assert planned(document(main), outputs=["z"], inputs=["x"]).problems[0].node == "extra"


def test_what_the_chosen_outputs_do_not_need_may_be_unfinished() -> None:
    main = (
        ModelBuilder()
        .input("x", [8])
        .call("head", "Dense", "x", units=1)
        .output("y", "head")
        .call("open", "Dense", units=3)
        .output("z", "open")
    )

    assert planned(document(main), outputs=["y"]).problems == ()
    assert planned(document(main), outputs=["z"]).problems[0].node == "open"


def test_the_same_seed_gives_the_same_weights_whatever_else_the_model_holds() -> None:
    small = ModelBuilder().input("x", [8]).call("d", "Dense", "x", units=4).output("y", "d")
    large = ModelBuilder().input("x", [8]).call("a", "Dense", "x", units=9).output("w", "a")
    large.call("d", "Dense", "x", units=4).output("y", "d")

    first, second, other = (
        built(small, 3).get_weights()["d/kernel"],
        built(large, 3).get_weights()["d/kernel"],
        built(small, 4).get_weights()["d/kernel"],
    )

    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_weights_go_out_and_come_back_in_keras_layout() -> None:
    model, other = built(shared_lstm(), 1), built(shared_lstm(), 2)
    inputs = (torch.rand(2, 8, 8), torch.rand(2, 8, 8))
    weights = model.get_weights()

    other.set_weights(weights)

    assert weights["compare/kernel"].shape == (16, 16)
    assert weights["shared_lstm/kernel"].shape == (8, 32)
    assert torch.equal(model(*inputs)[0], other(*inputs)[0])
    with pytest.raises(KeyError, match="no weight"):
        other.set_weights({"compare/kernle": weights["compare/kernel"]})


def test_frozen_layers_and_models_get_no_gradient() -> None:
    main = (
        ModelBuilder()
        .input("x", [6, 6, 1])
        .call("see", "Model", "x", port="image", model="vision", trainable=False)
        .call("d", "Dense", "see", units=1)
        .output("y", "d")
    )
    model = built(main, vision=vision())

    assert {path for path, tensor, _ in model.weights() if tensor.requires_grad} == {"d/kernel", "d/bias"}


def test_a_mask_travels_from_the_embedding_to_the_output() -> None:
    main = (
        ModelBuilder()
        .input("ids", [5], dtype="int32")
        .call("embed", "Embedding", "ids", input_dim=10, output_dim=4, mask_zero=True)
        .layer("lstm", "LSTM", units=3, return_sequences=True)
        .node("lstm", "lstm", "sequence", "embed")
        .call("each", "Dense", "lstm", units=2)
        .output("y", "each")
    )
    model = built(main)
    ids = torch.tensor([[1, 2, 3, 0, 0], [4, 0, 0, 0, 0]])

    _, masks = model.forward_with_masks(ids)

    assert masks[0] is not None
    assert masks[0].tolist() == (ids != 0).tolist()


def test_a_mask_travels_through_a_nested_model() -> None:
    reader = (
        ModelBuilder()
        .input("words", [5, 4])
        .layer("lstm", "LSTM", units=3)
        .node("lstm", "lstm", "sequence", "words")
        .output("meaning", "lstm")
    )
    main = (
        ModelBuilder()
        .input("ids", [5], dtype="int32")
        .call("embed", "Embedding", "ids", input_dim=10, output_dim=4, mask_zero=True)
        .call("read", "Model", "embed", port="words", model="reader")
        .output("y", "read")
    )
    model = built(main, reader=reader)

    padded = model(torch.tensor([[1, 2, 3, 0, 0]]))[0]
    short = model(torch.tensor([[1, 2, 3, 0, 0]]) * torch.tensor([1, 1, 1, 0, 0]))[0]
    other = model(torch.tensor([[1, 2, 3, 4, 4]]))[0]

    assert torch.equal(padded, short)
    assert not torch.allclose(padded, other)


def test_penalties_of_weights_count_once_and_of_activities_for_each_call() -> None:
    main = (
        ModelBuilder()
        .input("a", [3])
        .input("b", [3])
        .layer("shared", "Dense", units=2, kernel_regularizer="l2", activity_regularizer="l1")
        .node("of_a", "shared", "inputs", "a")
        .node("of_b", "shared", "inputs", "b")
        .call("sum", "Add", ["of_a", "of_b"])
        .output("y", "sum")
    )
    model = built(main)
    a, b = torch.rand(4, 3), torch.rand(4, 3)
    kernel = torch.tensor(model.get_weights()["shared/kernel"])

    model(a, b)
    penalty = model.regularization()

    expected = 0.01 * kernel.square().sum() + 0.01 * ((a @ kernel).abs().sum() + (b @ kernel).abs().sum()) / 4
    assert penalty is not None
    torch.testing.assert_close(penalty, expected)


def test_the_first_node_that_is_not_finite_is_named_inside_models_too() -> None:
    main = (
        ModelBuilder()
        .input("x", [6, 6, 1])
        .layer("see", "Model", model="vision")
        .node("seen", "see", "image", "x")
        .call("d", "Dense", "seen", units=1)
        .output("y", "d")
    )
    model = built(main, vision=vision())
    weights = model.get_weights()

    model.set_weights({"see/dense/kernel": np.full_like(weights["see/dense/kernel"], np.inf)})

    assert model.first_not_finite(torch.rand(2, 6, 6, 1)) == "seen/dense"
    assert built(shared_lstm()).first_not_finite(torch.rand(2, 8, 8), torch.rand(2, 8, 8)) is None


def test_layers_named_like_python_words_and_methods_are_built() -> None:
    main = (
        ModelBuilder().input("import", [4]).call("keys", "Dense", "import", units=2).output("return", "keys")
    )

    assert built(main)(torch.rand(3, 4))[0].shape == (3, 2)


LAYERS = st.sampled_from(
    [
        ("Dense", {"units": 3}),
        ("Dense", {"units": 5, "activation": "relu"}),
        ("Activation", {"activation": "tanh"}),
        ("Dropout", {"rate": 0.2}),
        ("Add", {}),
        ("Concatenate", {}),
        ("Multiply", {}),
        ("Maximum", {}),
        ("Average", {}),
        ("Flatten", {}),
        ("BatchNormalization", {}),
    ]
)


@st.composite
def graphs(draw: st.DrawFn) -> ModelBuilder:
    """Random graphs over two inputs, right and wrong ones alike, with calls of shared layers."""
    main = ModelBuilder().input("a", [draw(st.integers(1, 4)), 3]).input("b", [draw(st.integers(1, 4)), 3])
    nodes = ["a", "b"]
    layers: list[str] = []
    for index in range(draw(st.integers(1, 8))):
        name = f"n{index}"
        sources = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=2))
        if layers and draw(st.booleans()):
            main.node(name, draw(st.sampled_from(layers)), "inputs", sources)
        else:
            layer_type, config = draw(LAYERS)
            main.call(name, layer_type, sources, **config)
            layers.append(name)
        nodes.append(name)
    return main.output("y", nodes[-1]).output("z", draw(st.sampled_from(nodes)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_whatever_checks_well_is_built_and_has_the_shapes_that_were_inferred(main: ModelBuilder) -> None:
    source = document(main)
    result = check(source)
    assert all(problem.hint for problem in result.problems)
    if not result.ok:
        return

    made = planned(source)
    inputs = [torch.rand(3, *(size or 2 for size in spec.shape[1:])) for spec in made.inputs.values()]
    outputs = build(made, 1)(*inputs)

    for spec, output in zip(made.outputs.values(), outputs, strict=True):
        assert tuple(output.shape) == tuple(3 if size is None else size for size in spec.shape)


def test_penalties_of_activities_inside_a_model_under_time_distributed_are_all_counted() -> None:
    inner = (
        ModelBuilder()
        .input("x", [3])
        .call("d", "Dense", "x", units=2, activity_regularizer="l1")
        .output("y", "d")
    )
    main = (
        ModelBuilder()
        .input("a", [3])
        .input("film", [4, 3])
        .call("before", "Dense", "a", units=2, activity_regularizer="l1")
        .layer("inner", "Model", model="inner")
        .call("each", "TimeDistributed", "film", port="x", layer="inner")
        .output("y", "before")
        .output("z", "each")
    )
    model = built(main, inner=inner).eval()
    a, film = torch.rand(5, 3), torch.rand(5, 4, 3)

    before, each = model(a, film)
    penalty = model.regularization()

    assert penalty is not None
    torch.testing.assert_close(penalty, 0.01 * before.abs().sum() / 5 + 0.01 * each.abs().sum() / 5)


def test_frozen_weights_bring_no_penalty() -> None:
    main = (
        ModelBuilder()
        .input("x", [3])
        .call("d", "Dense", "x", units=2, kernel_regularizer="l2", trainable=False)
    )

    assert built(main.output("y", "d")).regularization() is None
