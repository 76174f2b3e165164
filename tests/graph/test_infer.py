"""Specs by arithmetic: models called like layers, time, bundles, masks; and partial answers for unfinished graphs."""

from builder import ModelBuilder, document, shared_lstm
from layerloom.graph.check import check
from layerloom.tensors import BundleSpec


def shapes(main: ModelBuilder, **models: ModelBuilder) -> dict[str, str]:
    result = check(document(main, **models))
    assert result.ok, result.problems
    return {node: str(next(iter(specs.values()))) for node, specs in result.models["main"].nodes.items()}


def test_every_node_of_the_shared_lstm_has_its_shape() -> None:
    assert shapes(shared_lstm()) == {
        "first": "(batch, 8, 8)",
        "second": "(batch, 8, 8)",
        "encoded_a": "(batch, 8)",
        "encoded_b": "(batch, 8)",
        "merge": "(batch, 16)",
        "compare": "(batch, 16)",
        "decide": "(batch, 1)",
        "same": "(batch, 1)",
    }


def test_a_shared_layer_counts_its_weights_once() -> None:
    result = check(document(shared_lstm(8)))

    lstm = 4 * (8 * 8 + 8 * 8 + 8)
    assert result.models["main"].layers["shared_lstm"].weights == lstm
    assert result.totals.weights == lstm + (16 * 16 + 16) + (16 + 1)


def test_an_unfinished_graph_gives_what_can_be_known() -> None:
    main = ModelBuilder().input("x", [8]).call("known", "Dense", "x", units=4).call("open", "Dense", units=4)

    result = check(document(main))

    assert str(result.models["main"].nodes["known"]["output"]) == "(batch, 4)"
    assert "open" not in result.models["main"].nodes
    assert [port.name for port in result.models["main"].layers["open"].inputs] == ["inputs"]


def test_an_axis_that_is_not_known_keeps_its_name() -> None:
    main = (
        ModelBuilder()
        .input("x", [None, 16])
        .layer("lstm", "LSTM", units=4, return_sequences=True)
        .node("lstm", "lstm", "sequence", "x")
        .output("y", "lstm")
    )

    assert shapes(main)["lstm"] == "(batch, time, 4)"


def vision() -> ModelBuilder:
    return (
        ModelBuilder()
        .input("image", [8, 8, 1])
        .call("conv", "Conv2D", "image", filters=4, kernel_size=3)
        .call("flat", "Flatten", "conv")
        .call("dense", "Dense", "flat", units=5)
        .output("features", "dense")
    )


def test_a_model_is_called_like_a_layer_and_under_time_distributed_with_one_set_of_weights() -> None:
    main = (
        ModelBuilder()
        .input("picture", [8, 8, 1])
        .input("film", [10, 8, 8, 1])
        .layer("see", "Model", model="vision")
        .node("seen", "see", "image", "picture")
        .layer("each", "TimeDistributed", layer="see")
        .node("frames", "each", "inputs", "film")
        .output("one", "seen")
        .output("many", "frames")
    )

    found = shapes(main, vision=vision())
    result = check(document(main, vision=vision()))

    assert found["seen"] == "(batch, 5)"
    assert found["frames"] == "(batch, 10, 5)"
    assert result.totals.weights == (9 * 4 + 4) + (6 * 6 * 4 * 5 + 5)
    assert [port.name for port in result.models["main"].layers["each"].inputs] == ["image"]


def test_two_layers_of_one_model_have_weights_of_their_own() -> None:
    main = (
        ModelBuilder()
        .input("x", [8, 8, 1])
        .call("a", "Model", "x", port="image", model="vision")
        .call("b", "Model", "x", port="image", model="vision")
        .call("sum", "Add", ["a", "b"])
        .output("y", "sum")
    )

    once = (9 * 4 + 4) + (6 * 6 * 4 * 5 + 5)
    assert check(document(main, vision=vision())).totals.weights == 2 * once


def pair() -> ModelBuilder:
    return (
        ModelBuilder()
        .input("left", [4])
        .input("right", [6])
        .call("both", "Concatenate", ["left", "right"])
        .output("y", "both")
    )


def test_a_bundle_feeds_a_model_by_names_where_they_are_its_ports() -> None:
    main = (
        ModelBuilder()
        .input("right", [6])
        .input("left", [4])
        .call("bundle", "Join", ["right", "left"])
        .call("m", "Model", "bundle", port="left", model="pair")
        .output("y", "m")
    )

    assert shapes(main, pair=pair())["m"] == "(batch, 10)"


def test_a_bundle_feeds_a_model_by_order_where_names_differ() -> None:
    main = (
        ModelBuilder()
        .input("a", [4])
        .input("b", [6])
        .call("bundle", "Join", ["a", "b"])
        .call("m", "Model", "bundle", port="left", model="pair")
        .output("y", "m")
    )

    result = check(document(main, pair=pair()))

    assert result.ok
    assert isinstance(result.models["main"].nodes["bundle"]["output"], BundleSpec)


def test_a_bundle_spreads_over_a_merge_and_through_other_bundles() -> None:
    main = (
        ModelBuilder()
        .input("a", [4])
        .input("b", [4])
        .input("c", [4])
        .call("inner", "Join", ["a", "b"])
        .call("outer", "Join", ["inner", "c"])
        .call("merge", "Concatenate", "outer")
        .output("y", "merge")
    )

    assert shapes(main)["merge"] == "(batch, 12)"


def test_ports_of_a_layer_follow_its_config() -> None:
    main = (
        ModelBuilder()
        .input("x", [4, 8])
        .layer("encode", "LSTM", units=4, return_state=True)
        .node("encode", "encode", "sequence", "x")
        .layer("decode", "LSTM", units=4)
        .node("decode", "decode", "sequence", "x", initial_state=["encode.state_h", "encode.state_c"])
        .output("y", "decode")
    )

    assert shapes(main)["decode"] == "(batch, 4)"
    ports = check(document(main)).models["main"].layers["encode"].outputs
    assert [port.name for port in ports] == ["output", "state_h", "state_c"]


def test_frozen_layers_count_no_trainable_weights() -> None:
    main = ModelBuilder().input("x", [8]).call("d", "Dense", "x", units=4, trainable=False).output("y", "d")

    totals = check(document(main)).totals

    assert (totals.weights, totals.trainable) == (36, 0)
