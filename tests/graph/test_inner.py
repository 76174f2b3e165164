"""The outputs of any node while a model computes: by name, inside models, of shared calls, in the document's layout."""

import numpy as np
import pytest
import torch

from builder import ModelBuilder, document, shared_lstm
from layerloom.graph.build import BuiltModel, build
from layerloom.graph.infer import infer
from layerloom.graph.inner import compute, places
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.problems import ProblemError


def built(main: ModelBuilder, **models: ModelBuilder) -> BuiltModel:
    return build(plan(infer(resolve(document(main, **models)))), 7)


def seen(model: BuiltModel, names: list[str], *inputs: torch.Tensor) -> dict[str, np.ndarray]:
    with torch.inference_mode():
        outputs, inner = compute(model, places(model.plan, names), inputs)
        for given, expected in zip(outputs, model(*inputs), strict=True):
            torch.testing.assert_close(given, expected)
    return {name: value.numpy() for name, value in inner.items()}


def with_vision() -> BuiltModel:
    vision = (
        ModelBuilder()
        .input("image", [6, 6, 1])
        .call("conv", "Conv2D", "image", filters=3, kernel_size=3)
        .call("flat", "Flatten", "conv")
        .call("dense", "Dense", "flat", units=5)
        .output("features", "dense")
    )
    main = (
        ModelBuilder()
        .input("one", [6, 6, 1])
        .input("other", [6, 6, 1])
        .layer("vision", "Model", model="vision")
        .node("look", "vision", "image", "one")
        .node("look_again", "vision", "image", "other")
        .call("merge", "Concatenate", ["look", "look_again"])
        .output("both", "merge")
    )
    return built(main, vision=vision)


def test_each_call_of_a_shared_layer_is_seen_by_itself() -> None:
    model = built(shared_lstm(units=8))
    first, second = torch.rand(2, 8, 8), torch.rand(2, 8, 8)
    found = seen(model, ["encoded_a", "encoded_b", "merge", "same", "second"], first, second)

    assert found["encoded_a"].shape == (2, 8)
    assert not np.allclose(found["encoded_a"], found["encoded_b"])
    np.testing.assert_array_equal(found["merge"], np.c_[found["encoded_a"], found["encoded_b"]])
    np.testing.assert_array_equal(found["second"], second.numpy())
    assert found["same"].shape == (2, 1)


def test_nodes_inside_a_model_are_seen_by_their_path_and_channels_come_last() -> None:
    model = with_vision()
    one, other = torch.rand(2, 6, 6, 1), torch.rand(2, 6, 6, 1)
    names = ["look", "look_again", "look/conv", "look_again/conv", "look/features", "look/dense"]
    found = seen(model, names, one, other)
    kernel = model.get_weights()["vision/conv/kernel"][:, :, 0, :]
    windows = np.lib.stride_tricks.sliding_window_view(one.numpy()[..., 0], (3, 3), axis=(1, 2))

    np.testing.assert_allclose(found["look/conv"], np.einsum("bxyij,ijf->bxyf", windows, kernel), atol=1e-5)
    np.testing.assert_array_equal(found["look/features"], found["look"])
    np.testing.assert_array_equal(found["look/dense"], found["look"])
    assert found["look_again/conv"].shape == (2, 4, 4, 3)
    assert not np.allclose(found["look_again"], found["look"])


def test_a_port_is_named_after_a_dot() -> None:
    main = (
        ModelBuilder()
        .input("words", [5, 4])
        .call("encoder", "LSTM", "words", "sequence", units=3, return_sequences=True, return_state=True)
        .output("states", "encoder.state_h")
        .output("steps", "encoder")
    )
    found = seen(
        built(main), ["encoder", "encoder.state_h", "encoder.state_c", "states"], torch.rand(2, 5, 4)
    )

    assert found["encoder"].shape == (2, 5, 3)
    np.testing.assert_array_equal(found["encoder"][:, -1], found["encoder.state_h"])
    np.testing.assert_array_equal(found["states"], found["encoder.state_h"])
    assert not np.allclose(found["encoder.state_c"], found["encoder.state_h"])


@pytest.mark.parametrize(
    "name",
    ["nothing", "look/nothing", "merge/dense", "look.nothing", "look/image", "", "/", "look/", ".", "vision"],
)
def test_what_is_no_node_is_named(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        places(with_vision().plan, [name])

    assert [problem.code for problem in caught.value.problems] == ["node.unknown"]
    assert "look_again" in caught.value.problems[0].message
