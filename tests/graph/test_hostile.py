"""Documents made to cost time or memory: answered about as fast as right ones of their size, without recursion.

Times are of the processor and generous: what is caught is growth by squares, which takes minutes here.
"""

import time
from collections.abc import Callable

import orjson
import pytest

from builder import ModelBuilder, plain_document
from layerloom.document import Limits
from layerloom.graph.check import CheckResult, check
from layerloom.graph.findings import MOST_SHOWN
from layerloom.graph.plan import plan
from layerloom.versions import load_document

SECONDS = 20.0
MANY = 5_000
WIDE = Limits(document_bytes=64 * 1024 * 1024, models=20_000, nodes=40_000)


def answered(main: ModelBuilder, limits: Limits = WIDE, **models: ModelBuilder) -> CheckResult:
    source = orjson.dumps(plain_document(main, **models))
    start = time.process_time()
    result = check(load_document(source, limits), limits)
    plan(result.inferred)
    answer = orjson.dumps(result.to_json())
    seconds = time.process_time() - start
    assert seconds < SECONDS, f"{seconds:.1f} s"
    assert len(answer) < 20 * len(source) + 2_000_000
    return result


def codes(result: CheckResult) -> set[str]:
    return {problem.code for problem in result.problems}


def unknown_sources() -> ModelBuilder:
    main = ModelBuilder().input("x", [4])
    for index in range(MANY):
        main.call(f"n{index}", "Dense", f"missing_{index}", units=2)
    return main


def unknown_types() -> ModelBuilder:
    main = ModelBuilder().input("x", [4])
    for index in range(MANY):
        main.call(f"n{index}", f"Densee{index}", "x", units=2)
    return main


def unknown_fields() -> ModelBuilder:
    main = ModelBuilder().input("x", [4])
    for index in range(200):
        main.call(f"n{index}", "Dense", "x", **{f"unit{index}_{number}": 1 for number in range(100)})
    return main


def unknown_ports() -> ModelBuilder:
    main = ModelBuilder().input("x", [4]).layer("d", "Dense", units=2)
    return main.node("d", "d", "inputs", "x", **{f"p{index}": "x" for index in range(MANY)})


def one_wrong_layer_called_often() -> ModelBuilder:
    main = ModelBuilder().input("x", [4]).layer("d", "Dense", units=0, **{f"u{n}": 1 for n in range(40)})
    for index in range(MANY):
        main.node(f"n{index}", "d", "inputs", "x")
    return main


def one_input_layer_called_often() -> ModelBuilder:
    main = ModelBuilder().input("x", [4])
    for index in range(MANY):
        main.node(f"n{index}", "x")
    return main


def one_cycle() -> ModelBuilder:
    main = ModelBuilder().input("x", [4])
    for index in range(MANY):
        main.call(f"n{index}", "Add", ["x", f"n{(index + 1) % MANY}"])
    return main


def a_chain_of_wrappers() -> ModelBuilder:
    main = ModelBuilder().input("x", [4, 4]).layer("w0", "Dense", units=2)
    for index in range(MANY):
        main.layer(f"w{index + 1}", "TimeDistributed", layer=f"w{index}")
        main.node(f"n{index}", f"w{index + 1}", "inputs", "x")
    return main


def joins_of_joins() -> ModelBuilder:
    main = ModelBuilder().input("x", [4])
    last = "x"
    for index in range(MANY):
        main.call(f"j{index}", "Join", [last, "x"])
        last = f"j{index}"
    return main.call("all", "Concatenate", last)


def a_bundle_for_everyone() -> ModelBuilder:
    main = ModelBuilder().input("x", [4]).call("j", "Join", ["x"] * 20_000)
    for index in range(MANY):
        main.call(f"c{index}", "Concatenate", "j")
    return main


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (unknown_sources, "source.unknown"),
        (unknown_types, "layer.unknown"),
        (unknown_fields, "config.unknown"),
        (unknown_ports, "port.unknown"),
        (one_wrong_layer_called_often, "config.invalid"),
        (one_input_layer_called_often, "layer.called_once"),
        (one_cycle, "graph.cycle"),
        (a_chain_of_wrappers, "layer.too_deep"),
        (joins_of_joins, "bundle.too_large"),
        (a_bundle_for_everyone, "bundle.too_large"),
    ],
)
def test_a_document_full_of_one_mistake_is_answered_fast(make: Callable[[], ModelBuilder], code: str) -> None:
    result = answered(make())

    assert code in codes(result)
    assert "problems.more" in codes(result) or code in ("bundle.too_large",)
    assert len(result.problems) <= 2 * (MOST_SHOWN + 1)


def test_no_more_problems_are_listed_than_can_be_read_and_their_number_is_told() -> None:
    (more,) = [p for p in answered(unknown_sources()).problems if p.code == "problems.more"]

    assert more.is_error
    assert f"{MOST_SHOWN:,}" in more.message


def test_a_circle_of_ten_thousand_models_is_told_without_recursion() -> None:
    count = 10_000
    models = {
        f"m{index}": ModelBuilder()
        .input("x", [2])
        .call("call", "Model", "x", port="x", model=f"m{(index + 1) % count}")
        .output("y", "call")
        for index in range(count)
    }

    assert "model.recursive" in codes(answered(ModelBuilder(), **models))


def test_models_ten_thousand_deep_are_told_without_recursion() -> None:
    count = 10_000
    models = {
        f"m{index}": ModelBuilder()
        .input("x", [2])
        .call("call", "Model", "x", port="x", model=f"m{index + 1}")
        .output("y", "call")
        for index in range(count)
    }
    models[f"m{count}"] = ModelBuilder().input("x", [2]).output("y", "x")
    main = ModelBuilder().input("x", [2]).call("top", "Model", "x", port="x", model="m0").output("y", "top")

    wide = Limits(document_bytes=WIDE.document_bytes, models=20_000, nodes=40_000, model_depth=1_000_000)
    assert "model.too_deep" in codes(answered(main, wide, **models))


def test_one_large_model_called_on_many_shapes_costs_no_more_than_its_budget() -> None:
    inner = ModelBuilder().input("x", [None])
    last = "x"
    for index in range(6_000):
        inner.call(f"a{index}", "Activation", last, activation="relu")
        last = f"a{index}"
    callers = {
        f"caller_{size}": ModelBuilder()
        .input("x", [size])
        .call("call", "Model", "x", port="x", model="inner")
        .output("y", "call")
        for size in range(1, 200)
    }

    result = answered(ModelBuilder().input("x", [3]), inner=inner.output("y", last), **callers)

    assert "model.too_large" in codes(result)
    assert not any(problem.node == "call" and not problem.hint for problem in result.problems)


def test_problems_inside_a_model_are_not_told_again_for_each_of_its_calls() -> None:
    inner = ModelBuilder().input("x", [None, 3])
    for index in range(2_000):
        inner.call(f"a{index}", "Conv2D", "x", filters=2, kernel_size=3)
    inner.output("y", "a0")
    main = ModelBuilder()
    for size in range(1, 400):
        main.input(f"x{size}", [size, 3]).call(f"c{size}", "Model", f"x{size}", port="x", model="inner")

    assert {"shape.mismatch", "problems.more"} <= codes(answered(main, inner=inner))


def test_layers_that_only_name_models_multiply_nothing() -> None:
    models = {}
    for index in range(200):
        model = ModelBuilder().input("x", [2])
        for layer in range(100):
            model.layer(f"l{layer}", "Model", model=f"m{min(index + 1 + layer % 3, 200)}")
        models[f"m{index}"] = model
    models["m200"] = ModelBuilder().input("x", [2]).output("y", "x")

    assert answered(ModelBuilder().input("x", [2]).output("y", "x"), **models).ok


def test_a_text_of_ten_thousand_right_nodes_is_checked_fast() -> None:
    main = ModelBuilder().input("x", [16])
    last = "x"
    for index in range(4_900):
        main.call(f"d{index}", "Dense", last, units=16).call(f"s{index}", "Add", [f"d{index}", last])
        last = f"s{index}"

    assert answered(main.output("y", last)).ok
