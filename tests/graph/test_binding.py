"""Layers that copy the configs of layers that they name: weights of their own, and problems on their own nodes."""

import numpy as np
import pytest
import torch

from builder import ModelBuilder, document
from layerloom.document import Document
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.check import check
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.problems import Problem


def both_ways(**config: object) -> ModelBuilder:
    return (
        ModelBuilder()
        .input("x", [5, 3])
        .layer("lstm", "LSTM", units=4)
        .call("both", "Bidirectional", "x", port="sequence", layer="lstm", **config)
    )


def built(source: Document) -> BuiltModel:
    planned = plan(infer(resolve(source)))
    assert not planned.problems, planned.problems
    return build(planned, seed=1)


def problems(main: ModelBuilder) -> list[Problem]:
    return list(check(document(main)).problems)


def test_nothing_is_shared_with_the_layer_that_is_named() -> None:
    main = both_ways().node("once", "lstm", "sequence", "x").output("a", "both").output("b", "once")

    model = built(document(main))

    names = list(model.get_weights())
    assert [name for name in names if name.startswith("lstm/")] == [
        "lstm/kernel",
        "lstm/recurrent_kernel",
        "lstm/bias",
    ]
    assert [name for name in names if name.startswith("both/")] == [
        f"both/{way}_{weight}"
        for way in ("forward", "backward")
        for weight in ("kernel", "recurrent_kernel", "bias")
    ]
    pointers = {tensor.data_ptr() for _, tensor, _ in model.weights()}
    assert len(pointers) == 9


def test_two_layers_of_one_named_layer_are_two() -> None:
    main = (
        both_ways()
        .call("again", "Bidirectional", "x", port="sequence", layer="lstm")
        .call("sum", "Add", ["both", "again"])
        .output("y", "sum")
    )

    model = built(document(main))

    weights = model.get_weights()
    assert len(weights) == 12
    assert not np.array_equal(weights["both/forward_kernel"], weights["again/forward_kernel"])


def test_calls_of_one_bound_layer_share_its_weights() -> None:
    main = both_ways().node("again", "both", "sequence", "x").output("a", "both").output("b", "again")

    model = built(document(main))
    first, second = model(torch.randn(2, 5, 3))

    assert len(model.get_weights()) == 6
    torch.testing.assert_close(first, second)


def test_the_named_layer_has_no_weights_while_no_node_calls_it() -> None:
    result = check(document(both_ways().output("y", "both")))

    assert result.ok
    assert result.problems == ()
    assert result.models["main"].layers["lstm"].weights == 0
    assert result.models["main"].layers["both"].weights == 2 * 4 * 4 * (3 + 4 + 1)
    assert result.totals.weights == 256


def test_a_bound_layer_at_each_step() -> None:
    main = (
        ModelBuilder()
        .input("x", [7, 5, 3])
        .layer("lstm", "LSTM", units=4, return_sequences=True)
        .layer("both", "Bidirectional", layer="lstm", merge_mode=None)
        .call("each", "TimeDistributed", "x", port="sequence", layer="both")
        .output("first", "each.forward_output")
        .output("second", "each.backward_output")
    )

    model = built(document(main)).eval()
    x = torch.randn(2, 7, 5, 3)
    first, second = model(x)

    assert first.shape == second.shape == (2, 7, 5, 4)
    inner = model.layers["layer_both"]
    for step in range(7):
        expected = inner(x[:, step])
        torch.testing.assert_close(first[:, step], expected[0])
        torch.testing.assert_close(second[:, step], expected[1])


def test_states_at_each_step_go_on_from_step_to_step() -> None:
    main = (
        ModelBuilder()
        .input("x", [3, 5, 2])
        .layer("gru", "GRU", units=4, stateful=True)
        .call("each", "TimeDistributed", "x", port="sequence", layer="gru")
        .output("y", "each")
    )

    model = built(document(main)).eval()
    x = torch.randn(2, 3, 5, 2)
    (y,) = model(x)

    assert model.state_rows == 2
    model.reset_state()
    inner = model.layers["layer_gru"]
    torch.testing.assert_close(y, torch.stack([inner(x[:, step]) for step in range(3)], 1))


def test_a_penalty_within_is_counted_for_each_way() -> None:
    main = (
        ModelBuilder()
        .input("x", [5, 3])
        .layer("lstm", "LSTM", units=4, activity_regularizer={"type": "L2", "config": {"l2": 0.5}})
        .call("both", "Bidirectional", "x", port="sequence", layer="lstm")
        .output("y", "both")
    )

    model = built(document(main))
    (y,) = model(torch.randn(2, 5, 3))

    penalty = model.regularization()
    assert penalty is not None
    torch.testing.assert_close(penalty, 0.5 * y.square().sum() / 2)


@pytest.mark.parametrize("frozen", ["lstm", "both"])
def test_what_is_not_to_be_trained_is_frozen_whole(frozen: str) -> None:
    main = both_ways().output("y", "both")
    main.layers[frozen]["config"]["trainable"] = False

    source = document(main)

    assert check(source).totals.trainable == 0
    assert not any(parameter.requires_grad for parameter in built(source).parameters())


WRONG: dict[str, tuple[ModelBuilder, str, str, str]] = {
    "missing": (
        ModelBuilder().input("x", [5, 3]).layer("lstm", "LSTM", units=4)
        .call("both", "Bidirectional", "x", port="sequence", layer="lsmt").output("y", "both"),
        "layer.missing", "`lsmt`", "`lstm`",
    ),
    "of a type that can't be": (
        ModelBuilder().input("x", [5, 3]).layer("dense", "Dense", units=4)
        .call("both", "Bidirectional", "x", port="sequence", layer="dense").output("y", "both"),
        "config.invalid", "Dense; expected a recurrent layer", "LSTM",
    ),
    "no cell": (
        ModelBuilder().input("x", [5, 3]).layer("lstm", "LSTM", units=4)
        .call("both", "RNN", "x", port="sequence", cell="lstm").output("y", "both"),
        "config.invalid", "LSTM; expected a cell", "LSTMCell",
    ),
    "itself": (
        ModelBuilder().input("x", [5, 3])
        .call("both", "Bidirectional", "x", port="sequence", layer="both").output("y", "both"),
        "layer.recursive", "made of it", "computes",
    ),
    "broken": (
        ModelBuilder().input("x", [5, 3]).layer("lstm", "LSTM", units=0)
        .call("both", "Bidirectional", "x", port="sequence", layer="lstm").output("y", "both"),
        "config.invalid", "its `layer` `lstm` (LSTM) has a problem: `units` of LSTM is 0", "Size",
    ),
    "broken within": (
        ModelBuilder().input("x", [5, 3]).layer("cell", "LSTMCell").layer("rnn", "RNN", cell="cell")
        .call("both", "Bidirectional", "x", port="sequence", layer="rnn").output("y", "both"),
        "config.invalid", "its `layer` `rnn` (RNN) has a problem: its `cell` `cell` (LSTMCell)", "Size",
    ),
    "both backwards": (
        ModelBuilder().input("x", [5, 3]).layer("lstm", "LSTM", units=4, go_backwards=True)
        .call("both", "Bidirectional", "x", port="sequence", layer="lstm").output("y", "both"),
        "config.invalid", "`go_backwards` true", "off",
    ),
    "unlike": (
        ModelBuilder().input("x", [5, 3]).layer("lstm", "LSTM", units=4)
        .layer("gru", "GRU", units=4, go_backwards=True, return_sequences=True)
        .call("both", "Bidirectional", "x", port="sequence", layer="lstm", backward_layer="gru")
        .output("y", "both"),
        "config.invalid", "`return_sequences` false and true", "alike",
    ),
    "no kernel": (
        ModelBuilder().input("x", [5, 3]).layer("norm", "LayerNormalization")
        .call("both", "SpectralNormalization", "x", layer="norm").output("y", "both"),
        "config.invalid", "LayerNormalization; expected a layer with a kernel", "Dense",
    ),
    "a cell called": (
        ModelBuilder().input("x", [5, 3]).call("both", "GRUCell", "x", units=4).output("y", "both"),
        "layer.not_callable", "one step", "RNN",
    ),
    "states of the wrong number": (
        both_ways().node("both", "both", "sequence", "x", initial_state=["s", "s"])
        .input("s", [4]).output("y", "both"),
        "port.count", "got 2 tensors; expected 4", "order",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_bound_is_a_problem_on_the_node(name: str) -> None:
    main, code, said, hint = WRONG[name]

    (problem,) = (each for each in problems(main) if each.is_error)

    assert problem.code == code
    assert problem.node == "both"
    assert said in problem.message
    assert problem.message.startswith("`both`")
    assert hint in problem.hint


def test_a_problem_within_is_told_at_the_wrapper_around() -> None:
    main = (
        ModelBuilder()
        .input("x", [7, 5, 3])
        .layer("both", "Bidirectional", layer="lost")
        .call("each", "TimeDistributed", "x", port="sequence", layer="both")
        .output("y", "each")
    )

    found = problems(main)

    assert ("layer.missing", "each") in {(each.code, each.node) for each in found}
    assert plan(infer(resolve(document(main)))).problems


def test_circles_through_several_layers_are_told_on_each() -> None:
    main = ModelBuilder().input("x", [5, 3])
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        main.call(name, "Bidirectional", "x", port="sequence", layer=other)
    main.call("behind", "Bidirectional", "x", port="sequence", layer="a")

    found = {each.node for each in problems(main) if each.code == "layer.recursive"}

    assert found == {"a", "b", "c", "behind"}


def test_what_was_bound_once_is_remembered_so_that_a_check_stays_fast() -> None:
    source = document(both_ways().output("y", "both"))

    first, second = (resolve(source).models["main"].layers["both"].parsed for _ in range(2))

    assert first is second
