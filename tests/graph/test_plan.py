"""Plans: the part of a model that the chosen outputs need, and what keeps it from being built."""

import pickle

import torch

from builder import ModelBuilder, document, shared_lstm
from layerloom.graph.build import build
from layerloom.graph.infer import infer
from layerloom.graph.plan import Plan, plan
from layerloom.graph.resolve import resolve


def planned(
    main: ModelBuilder,
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
    **models: ModelBuilder,
) -> Plan:
    return plan(infer(resolve(document(main, **models))), "main", inputs, outputs)


def found(made: Plan) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.node) for problem in made.problems]


def two_heads() -> ModelBuilder:
    return (
        ModelBuilder()
        .input("x", [4])
        .input("extra", [2])
        .call("trunk", "Dense", "x", units=3)
        .call("head", "Dense", "trunk", units=1)
        .call("both", "Concatenate", ["trunk", "extra"])
        .output("y", "head")
        .output("z", "both")
    )


def test_a_plan_survives_pickling_and_builds_the_same_model() -> None:
    made = planned(shared_lstm())
    again = pickle.loads(pickle.dumps(made))  # noqa: S301  # our own
    inputs = [torch.rand(2, 8, 8), torch.rand(2, 8, 8)]

    assert torch.equal(build(made, 3)(*inputs)[0], build(again, 3)(*inputs)[0])


def test_unknown_ends_are_refused_with_those_that_there_are() -> None:
    made = planned(two_heads(), outputs=["w"], inputs=["v"])

    assert found(made) == [("training.output_unknown", None), ("training.input_unknown", None)]
    assert "`y`, `z`" in made.problems[0].message


def test_an_input_that_is_needed_and_not_chosen_is_told() -> None:
    assert found(planned(two_heads(), inputs=["x"])) == [("training.input_missing", "extra")]
    assert found(planned(two_heads(), inputs=["x"], outputs=["y"])) == []


def test_inputs_are_in_the_order_that_was_chosen_needed_or_not() -> None:
    made = planned(two_heads(), inputs=["x", "extra"], outputs=["y"])

    assert list(made.inputs) == ["x", "extra"]
    assert [step.node for step in made.steps] == ["trunk", "head"]


def test_a_chosen_input_that_is_wrong_is_told_though_no_output_needs_it() -> None:
    main = two_heads().input("bad", [0])

    assert found(planned(main, outputs=["y"])) == []
    assert found(planned(main, inputs=["x", "bad"], outputs=["y"])) == [("config.invalid", "bad")]


def test_an_output_behind_a_cycle_is_refused_and_one_beside_it_is_not() -> None:
    main = (
        ModelBuilder()
        .input("x", [4])
        .call("a", "Add", ["x", "b"])
        .call("b", "Dense", "a", units=4)
        .call("behind", "Dense", "b", units=2)
        .output("y", "behind")
        .call("beside", "Dense", "x", units=2)
        .output("z", "beside")
    )

    assert found(planned(main, outputs=["y"])) == [("graph.cycle", "a"), ("graph.cycle", "b")]
    assert found(planned(main, outputs=["z"])) == []


def test_a_problem_inside_a_model_counts_where_a_needed_node_calls_it() -> None:
    main = (
        ModelBuilder()
        .input("x", [4])
        .call("call", "Model", "x", port="x", model="outer")
        .output("y", "call")
        .call("own", "Dense", "x", units=2)
        .output("z", "own")
    )
    outer = ModelBuilder().input("x", [4]).call("in", "Model", "x", port="x", model="inner").output("y", "in")
    inner = ModelBuilder().input("x", [4]).call("d", "Dense", "x", units=0).output("y", "d")

    refused = planned(main, outputs=["y"], outer=outer, inner=inner)

    assert ("config.invalid", "d") in found(refused)
    assert found(planned(main, outputs=["z"], outer=outer, inner=inner)) == []


def test_a_model_without_an_output_has_no_plan() -> None:
    assert planned(ModelBuilder().input("x", [4])).problems[0].code == "model.no_output"
    assert plan(infer(resolve(document(two_heads()))), "nope").problems[0].code == "model.unknown"


def test_models_nested_as_deep_as_may_be_are_planned_pickled_built_and_called() -> None:
    depth = 31
    models = {
        f"m{level}": ModelBuilder()
        .input("x", [4])
        .call("next", "Model", "x", port="x", model=f"m{level + 1}")
        .output("y", "next")
        for level in range(depth - 1)
    }
    models[f"m{depth - 1}"] = ModelBuilder().input("x", [4]).call("d", "Dense", "x", units=2).output("y", "d")
    main = ModelBuilder().input("x", [4]).call("top", "Model", "x", port="x", model="m0").output("y", "top")

    made = planned(main, **models)
    model = build(pickle.loads(pickle.dumps(made)), 1)  # noqa: S301  # our own

    assert made.problems == ()
    assert model(torch.rand(2, 4))[0].shape == (2, 2)
    assert all(path.startswith("top/next/next/") for path, _, _ in model.weights())
