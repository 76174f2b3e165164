"""Every kind of wrong graph: a problem with its code, on the right node, with a hint."""

import pytest

from builder import ModelBuilder, document, plain_document, shared_lstm
from layerloom.document import Limits
from layerloom.graph.check import check
from layerloom.problems import Problem
from layerloom.versions import load_document


def problems_of(main: ModelBuilder, **models: ModelBuilder) -> list[Problem]:
    return list(check(document(main, **models)).problems)


def only(problems: list[Problem], code: str) -> Problem:
    found = [problem for problem in problems if problem.code == code]
    assert len(found) == 1, problems
    return found[0]


def dense() -> ModelBuilder:
    return ModelBuilder().input("x", [8]).call("dense", "Dense", "x", units=4).output("y", "dense")


def test_a_right_graph_has_no_problem() -> None:
    assert problems_of(shared_lstm()) == []


def test_a_cycle_is_reported_on_each_of_its_nodes_and_on_no_other() -> None:
    main = (
        ModelBuilder()
        .input("x", [8])
        .call("a", "Add", ["x", "c"])
        .call("b", "Dense", "a", units=8)
        .call("c", "Dense", "b", units=8)
        .call("behind", "Dense", "c", units=8)
        .output("y", "behind")
    )

    cycle = [problem for problem in problems_of(main) if problem.code == "graph.cycle"]

    assert sorted(problem.node or "" for problem in cycle) == ["a", "b", "c"]
    assert all(problem.model == "main" and problem.hint for problem in cycle)


def test_a_missing_input_is_reported_on_its_port() -> None:
    problem = only(
        problems_of(ModelBuilder().call("dense", "Dense", units=4).output("y", "dense")), "port.missing"
    )

    assert (problem.node, problem.port) == ("dense", "inputs")


def test_an_unknown_type_is_reported_with_the_name_that_was_meant() -> None:
    problem = only(
        problems_of(ModelBuilder().input("x", [8]).call("d", "Dens", "x").output("y", "d")), "layer.unknown"
    )

    assert problem.node == "d"
    assert "Dense" in problem.hint


def test_each_wrong_config_value_is_a_problem_of_its_own() -> None:
    main = (
        ModelBuilder()
        .input("x", [8])
        .call("d", "Dense", "x", units=-3, use_bias="maybe", unit=4)
        .output("y", "d")
    )

    problems = problems_of(main)

    assert {problem.field for problem in problems if problem.node == "d"} == {"units", "use_bias", "unit"}
    assert "`units`" in only(problems, "config.unknown").hint


def test_a_missing_config_value_is_reported() -> None:
    problem = only(
        problems_of(ModelBuilder().input("x", [8]).call("d", "Dense", "x").output("y", "d")), "config.missing"
    )

    assert (problem.node, problem.field) == ("d", "units")


def test_a_shape_mismatch_names_both_shapes() -> None:
    main = (
        ModelBuilder()
        .input("a", [7, 8])
        .input("b", [5, 8])
        .call("merge", "Concatenate", ["a", "b"])
        .output("y", "merge")
    )

    problem = only(problems_of(main), "shape.mismatch")

    assert problem.node == "merge"
    assert problem.message.startswith("`merge` (Concatenate) got shapes")
    assert "(batch, 7, 8)" in problem.message
    assert "(batch, 5, 8)" in problem.message
    assert problem.hint


def test_an_edge_from_nowhere_is_kept_and_reported() -> None:
    main = ModelBuilder().input("x", [8]).call("d", "Dense", "y_typo", units=4).output("y", "d")

    problem = only(problems_of(main), "source.unknown")

    assert (problem.node, problem.port) == ("d", "inputs")


def test_an_unknown_output_port_is_reported_with_those_that_there_are() -> None:
    main = (
        ModelBuilder()
        .input("x", [4, 8])
        .layer("lstm", "LSTM", units=4, return_state=True)
        .node("lstm", "lstm", "sequence", "x")
        .output("y", "lstm.state_x")
    )

    assert "state_h" in only(problems_of(main), "source.unknown").hint


def test_an_unknown_input_port_is_reported() -> None:
    main = (
        ModelBuilder()
        .input("x", [8])
        .layer("d", "Dense", units=4)
        .node("d", "d", "input_x", "x")
        .output("y", "d")
    )

    assert only(problems_of(main), "port.unknown").port == "input_x"


def test_too_many_edges_at_a_port_are_reported() -> None:
    main = (
        ModelBuilder()
        .input("a", [8])
        .input("b", [8])
        .call("d", "Dense", ["a", "b"], units=4)
        .output("y", "d")
    )

    assert only(problems_of(main), "port.too_many").node == "d"


def test_a_node_without_its_layer_is_reported() -> None:
    main = dense().node("lost", "dens", "inputs", "x")

    assert "dense" in only(problems_of(main), "layer.missing").hint


def test_reading_an_output_is_reported() -> None:
    assert only(problems_of(dense().call("after", "Dense", "y", units=2)), "source.output").node == "after"


def test_a_node_that_leads_nowhere_is_a_warning() -> None:
    result = check(document(dense().call("spare", "Dense", "x", units=2)))

    assert result.ok
    assert only(list(result.problems), "node.unused").node == "spare"


def test_an_input_layer_with_two_nodes_is_reported() -> None:
    main = dense().node("again", "x").call("other", "Dense", "again", units=2).output("z", "other")

    found = {problem.node for problem in problems_of(main) if problem.code == "layer.called_once"}

    assert found == {"x", "again"}


def test_weights_that_no_second_call_fits_are_reported_on_the_second_call() -> None:
    main = (
        ModelBuilder()
        .input("a", [8])
        .input("b", [9])
        .layer("shared", "Dense", units=4)
        .node("first", "shared", "inputs", "a")
        .node("second", "shared", "inputs", "b")
        .call("merge", "Add", ["first", "second"])
        .output("y", "merge")
    )

    problem = only(problems_of(main), "weights.conflict")

    assert problem.node == "second"
    assert "(batch, 9)" in problem.message
    assert "(batch, 8)" in problem.message


def test_a_model_that_contains_itself_is_reported_directly_and_through_others() -> None:
    inner = ModelBuilder().input("x", [8]).call("loop", "Model", "x", model="inner").output("y", "loop")
    main = ModelBuilder().input("x", [8]).call("call", "Model", "x", model="a").output("y", "call")
    a = ModelBuilder().input("x", [8]).call("to_b", "Model", "x", model="b").output("y", "to_b")
    b = ModelBuilder().input("x", [8]).call("to_a", "Model", "x", model="a").output("y", "to_a")

    assert only(problems_of(dense(), inner=inner), "model.recursive").node == "loop"
    found = {(p.model, p.node) for p in problems_of(main, a=a, b=b) if p.code == "model.recursive"}
    assert found == {("a", "to_b"), ("b", "to_a")}


def test_models_nested_beyond_the_limit_are_refused_without_recursion() -> None:
    depth = 200
    models = {
        f"m{level}": ModelBuilder()
        .input("x", [4])
        .call("next", "Model", "x", model=f"m{level + 1}")
        .output("y", "next")
        for level in range(depth)
    }
    models[f"m{depth}"] = ModelBuilder().input("x", [4]).call("d", "Dense", "x", units=4).output("y", "d")
    main = ModelBuilder().input("x", [4]).call("top", "Model", "x", model="m0").output("y", "top")

    result = check(document(main, **models))

    assert {problem.code for problem in result.problems if problem.is_error} == {"model.too_deep"}


def test_a_tower_of_models_that_doubles_at_each_level_is_refused() -> None:
    models = {}
    for level in range(20):
        models[f"m{level}"] = (
            ModelBuilder()
            .input("x", [4])
            .call("a", "Model", "x", model=f"m{level + 1}")
            .call("b", "Model", "a", model=f"m{level + 1}")
            .output("y", "b")
        )
    models["m20"] = ModelBuilder().input("x", [4]).call("d", "Dense", "x", units=4).output("y", "d")
    main = ModelBuilder().input("x", [4]).call("top", "Model", "x", model="m0").output("y", "top")

    assert "model.too_large" in {problem.code for problem in problems_of(main, **models)}


def test_sizes_that_double_at_each_node_are_refused() -> None:
    main = ModelBuilder().input("x", [8])
    last = "x"
    for step in range(60):
        main.call(f"c{step}", "Concatenate", [last, last])
        last = f"c{step}"
    main.output("y", last)

    assert "shape.too_large" in {problem.code for problem in problems_of(main)}


def test_too_many_weights_are_refused() -> None:
    main = ModelBuilder().input("x", [30_000]).call("d", "Dense", "x", units=30_000).output("y", "d")

    assert "model.too_large" in {problem.code for problem in problems_of(main)}


def test_a_problem_inside_a_model_is_told_inside_and_at_its_call() -> None:
    vision = (
        ModelBuilder()
        .input("image", [8, 8, 1])
        .call("conv", "Conv2D", "image", filters=4, kernel_size=9)
        .output("y", "conv")
    )
    main = ModelBuilder().input("x", [8, 8, 1]).call("see", "Model", "x", model="vision").output("y", "see")

    problems = problems_of(main, vision=vision)

    assert {(p.model, p.node) for p in problems if p.is_error} == {("vision", "conv"), ("main", "see")}


def test_a_call_of_a_model_on_another_shape_is_reported_at_the_call() -> None:
    vision = ModelBuilder().input("image", [8, 8]).call("flat", "Flatten", "image").output("y", "flat")
    main = ModelBuilder().input("x", [9, 8]).call("see", "Model", "x", model="vision").output("y", "see")

    problem = only(problems_of(main, vision=vision), "shape.mismatch")

    assert (problem.model, problem.node, problem.port) == ("main", "see", "image")


def test_a_wrapper_of_itself_is_reported() -> None:
    main = (
        ModelBuilder()
        .input("x", [4, 8])
        .layer("wrap", "TimeDistributed", layer="wrap")
        .node("wrap", "wrap", "inputs", "x")
        .output("y", "wrap")
    )

    assert only(problems_of(main), "layer.recursive").node == "wrap"


def test_time_distributed_needs_an_axis_of_time() -> None:
    main = (
        ModelBuilder()
        .input("x", [])
        .layer("inner", "Dense", units=2)
        .call("each", "TimeDistributed", "x", layer="inner")
        .output("y", "each")
    )

    assert only(problems_of(main), "shape.mismatch").node == "each"


def test_a_bundle_where_one_tensor_is_wanted_is_reported() -> None:
    main = (
        ModelBuilder()
        .input("a", [8])
        .input("b", [8])
        .call("pair", "Join", ["a", "b"])
        .call("d", "Dense", "pair", units=2)
        .output("y", "d")
    )

    assert only(problems_of(main), "bundle.mismatch").node == "d"


def test_a_chain_of_ten_thousand_nodes_is_checked_without_recursion() -> None:
    main = ModelBuilder().input("x", [4])
    last = "x"
    for step in range(9_990):
        main.call(f"n{step}", "Activation", last, activation="relu")
        last = f"n{step}"
    plain = plain_document(main.output("y", last))

    result = check(load_document(plain, Limits()))

    assert result.ok


@pytest.mark.parametrize("limit", ["nodes", "edges", "models"])
def test_a_document_beyond_a_limit_is_refused_by_name(limit: str) -> None:
    from layerloom.problems import ProblemError

    with pytest.raises(ProblemError) as caught:
        load_document(plain_document(shared_lstm(), extra=dense()), Limits(**{limit: 1}))

    assert caught.value.problems[0].code == "document.too_large"
    assert limit in caught.value.problems[0].message
