"""One layer called on tensors of other ranks, types and masks: one set of weights, the right numbers each time."""

import pytest
import torch
from torch import Tensor

from builder import ModelBuilder, document
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.check import check
from layerloom.graph.plan import plan


def built(main: ModelBuilder, **models: ModelBuilder) -> BuiltModel:
    found = check(document(main, **models))
    assert found.ok, found.problems
    return build(plan(found.inferred), seed=1).eval()


def test_a_negative_axis_counts_from_the_end_at_each_call() -> None:
    main = (
        ModelBuilder()
        .input("flat", [4])
        .input("steps", [3, 4])
        .layer("alike", "Cosine")
        .node("alike_flat", "alike", sources=["flat", "flat"])
        .node("alike_steps", "alike", sources=["steps", "steps"])
        .layer("normal", "LayerNormalization")
        .node("normal_flat", "normal", sources="flat")
        .node("normal_steps", "normal", sources="steps")
        .output("a", "alike_flat")
        .output("b", "alike_steps")
        .output("c", "normal_steps")
        .output("d", "normal_flat")
    )

    alike_flat, alike_steps, normal_steps, _ = built(main)(torch.rand(2, 4), torch.rand(2, 3, 4))

    torch.testing.assert_close(alike_flat, torch.ones(2, 1))
    torch.testing.assert_close(torch.diagonal(alike_steps, dim1=1, dim2=2), torch.ones(2, 3))
    torch.testing.assert_close(normal_steps.mean(-1), torch.zeros(2, 3), atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", ["Dense", "ReLU", "LeakyReLU"])
def test_a_layer_takes_decimals_first_and_whole_numbers_later(kind: str) -> None:
    config = {"units": 2} if kind == "Dense" else {}
    main = (
        ModelBuilder()
        .input("decimal", [4])
        .input("whole", [4], "int32")
        .layer("shared", kind, **config)
        .node("first", "shared", sources="decimal")
        .node("second", "shared", sources="whole")
        .output("a", "first")
        .output("b", "second")
    )

    first, second = built(main)(torch.ones(2, 4), torch.ones(2, 4, dtype=torch.int32))

    torch.testing.assert_close(first, second)


def test_an_input_of_a_nested_model_turns_what_it_gets_into_its_own_type() -> None:
    inner = ModelBuilder().input("x", [3]).call("half", "Dense", "x", units=2).output("y", "half")
    main = (
        ModelBuilder()
        .input("whole", [3], "int32")
        .call("part", "Model", "whole", port="x", model="inner")
        .output("end", "part")
    )

    (result,) = built(main, inner=inner)(torch.ones(2, 3, dtype=torch.int32))

    assert result.dtype == torch.float32


def test_a_model_reads_a_mask_at_whichever_input_and_call_it_comes() -> None:
    inner = (
        ModelBuilder()
        .input("a", [4, 2])
        .input("b", [4, 2])
        .call("read_a", "LSTM", "a", port="sequence", units=3)
        .call("read_b", "LSTM", "b", port="sequence", units=3)
        .call("both", "Concatenate", ["read_a", "read_b"])
        .output("y", "both")
    )
    main = (
        ModelBuilder()
        .input("ids", [4], "int32")
        .input("plain", [4, 2])
        .call("words", "Embedding", "ids", input_dim=5, output_dim=2, mask_zero=True)
        .layer("part", "Model", model="inner")
        .node("first", "part", port="a", sources="words", b=["plain"])
        .node("second", "part", port="a", sources="plain", b=["words"])
        .output("one", "first")
        .output("two", "second")
    )
    model = built(main, inner=inner)
    ids, plain = torch.tensor([[3, 2, 0, 0]]), torch.rand(1, 4, 2)

    one, two = model(ids, plain)

    words = model.layers["layer_words"](ids)
    short = model.layers["layer_part"].run(words[:, :2], words[:, :2], None, None)[0]
    torch.testing.assert_close(one[:, :3], short[:, :3])
    torch.testing.assert_close(two[:, 3:], short[:, 3:])


def hierarchical(reader: ModelBuilder) -> ModelBuilder:
    """Words within sentences: ids (4 sentences, 6 words) with padding 0."""
    return (
        reader.input("ids", [4, 6], "int32")
        .call("words", "Embedding", "ids", input_dim=9, output_dim=5, mask_zero=True)
        .call("sentences", "TimeDistributed", "words", port=reader_port(reader), layer="reader")
    )


def reader_port(reader: ModelBuilder) -> str:
    return "sequence" if reader.layers["reader"]["type"] == "LSTM" else "x"


def test_a_mask_within_steps_becomes_one_of_steps_where_the_steps_are_read_to_their_end() -> None:
    main = hierarchical(ModelBuilder().layer("reader", "LSTM", units=3))
    main.call("text", "LSTM", "sentences", port="sequence", units=2).output("end", "text").output(
        "each", "sentences"
    )
    ids = torch.randint(1, 9, (2, 4, 6))
    ids[:, 2:] = 0
    model = built(main)

    (each, end), (mask, _) = model.forward_with_masks(ids)

    assert mask is not None
    assert mask.tolist() == [[True, True, False, False]] * 2
    torch.testing.assert_close(end, model.layers["layer_text"](each[:, :2]))


@pytest.mark.parametrize("is_training", [False, True])
def test_masks_go_into_a_model_under_time_and_come_out(is_training: bool) -> None:
    inner = (
        ModelBuilder()
        .input("x", [6, 5])
        .call("read", "LSTM", "x", port="sequence", units=3, return_sequences=True)
        .call("drop", "Dropout", "read", rate=0.0)
        .call("sum_up", "LSTM", "drop", port="sequence", units=4)
        .output("each", "read")
        .output("last", "sum_up")
    )
    main = hierarchical(ModelBuilder().layer("reader", "Model", model="inner"))
    main.output("a", "sentences.each").output("b", "sentences.last")
    ids = torch.randint(0, 3, (2, 4, 6))
    ids[0, 1] = 0
    model = built(main, inner=inner).train(is_training)

    (each, last), (mask_each, mask_last) = model.forward_with_masks(ids)

    words: Tensor = model.layers["layer_words"](ids)
    for step in range(4):
        mask = ids[:, step] != 0
        expected = model.layers["layer_reader"].run(words[:, step], mask)
        torch.testing.assert_close(each[:, step], expected[0])
        torch.testing.assert_close(last[:, step], expected[1])
    assert mask_each is not None
    assert mask_last is not None
    assert torch.equal(mask_each, ids != 0)
    assert torch.equal(mask_last, (ids != 0).any(-1))


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        ("Conv1D", {"filters": 3, "kernel_size": 3, "kernel_initializer": "identity"}, "kernel_initializer"),
        ("Conv1D", {"filters": 3, "kernel_size": 3, "kernel_regularizer": "OrthogonalRegularizer"},
            "kernel_regularizer"),
        ("Dense", {"units": 3, "bias_initializer": "identity"}, "bias_initializer"),
        ("Dense", {"units": 3, "activity_regularizer": "OrthogonalRegularizer"}, "activity_regularizer"),
        ("Softmax", {"axis": [1, 1]}, "axis"),
        ("Dropout", {"rate": 0.5, "noise_shape": [None, 3, None]}, "noise_shape"),
    ],
)  # fmt: skip
def test_what_torch_could_not_make_of_a_config_is_a_problem(
    kind: str, config: dict[str, object], field: str
) -> None:
    found = check(document(ModelBuilder().input("x", [6, 5]).call("y", kind, "x", **config).output("z", "y")))

    (problem,) = [each for each in found.problems if each.is_error]
    assert (problem.code, problem.node, problem.field) == ("config.invalid", "y", field)
    assert problem.hint


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax", "glu"])
def test_an_activation_over_the_last_axis_needs_one_besides_the_batch(name: str) -> None:
    found = check(
        document(ModelBuilder().input("x", []).call("y", "Activation", "x", activation=name).output("z", "y"))
    )

    assert [problem.code for problem in found.problems] == ["shape.mismatch"]
