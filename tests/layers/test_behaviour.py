"""What single layer types do beyond their numbers: what they refuse and how they say it, randomness."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

import layerloom
from layerloom.layers.base import Inputs
from layerloom.layers.catalogue import layer_types
from layerloom.layers.modules.activations import Softmax
from layerloom.layers.modules.checked_embedding import CheckedEmbedding
from layerloom.layers.modules.convolution import Conv2D
from layerloom.layers.modules.lstm import LSTM
from layerloom.layers.modules.merging import Cosine
from layerloom.layers.modules.noise import Dropout
from layerloom.layers.modules.reshaping import Flatten
from layerloom.problems import Problem, ProblemError
from layerloom.tensors import TensorSpec
from layers import calls


def spec(*shape: int | None, dtype: str = "float32", masked: bool = False) -> TensorSpec:
    return TensorSpec((None, *shape), dtype, masked=masked)  # type: ignore[arg-type]  # dtype from a test's text


def problem(type_name: str, config: dict[str, object], inputs: Inputs) -> Problem:
    """The problem that checking such a call ends with."""
    layer = layer_types()[type_name].model_validate(config)
    with pytest.raises(ProblemError) as caught:
        layer.infer(inputs)
    return caught.value.problems[0]


def test_concatenate_says_which_axis_would_fit() -> None:
    found = problem("Concatenate", {}, {"inputs": [spec(7, 8), spec(5, 8)]})

    assert found.code == "shape.mismatch"
    assert found.message == "got shapes (batch, 7, 8) and (batch, 5, 8); they may differ only along axis -1."
    assert found.hint == "Set `axis` to 1."


@pytest.mark.parametrize(
    ("type_name", "config", "inputs", "code", "said"),
    [
        ("Add", {}, {"inputs": [spec(3), spec(4)]}, "shape.mismatch", "(batch, 3) and (batch, 4)"),
        ("Add", {}, {"inputs": [spec(5, 4), spec(5)]}, "shape.mismatch", "(batch, 5, 4) and (batch, 5)"),
        ("Dot", {"axes": 1}, {"inputs": [spec(3), spec(4)]}, "shape.mismatch", "size 3"),
        ("Dot", {"axes": 0}, {"inputs": [spec(3), spec(3)]}, "config.invalid", "`axes`"),
        ("Dot", {"axes": [1, 3]}, {"inputs": [spec(3), spec(3)]}, "config.invalid", "axis 3"),
        ("Dense", {"units": 2}, {"inputs": [spec(None)]}, "shape.unknown", "`features`"),
        ("LSTM", {"units": 2}, {"sequence": [spec(8)]}, "shape.mismatch", "(batch, time, features)"),
        (
            "LSTM",
            {"units": 2},
            {"sequence": [spec(8, 3)], "initial_state": [spec(2)]},
            "port.count",
            "state_h, state_c",
        ),
        (
            "LSTM",
            {"units": 2},
            {"sequence": [spec(8, 3)], "initial_state": [spec(2), spec(3)]},
            "shape.mismatch",
            "state_c",
        ),
        ("Conv2D", {"filters": 4, "kernel_size": 3}, {"inputs": [spec(8, 8)]}, "shape.mismatch", "channels"),
        ("Conv2D", {"filters": 4, "kernel_size": 9}, {"inputs": [spec(8, 8, 1)]}, "shape.mismatch", "[9, 9]"),
        (
            "Conv2D",
            {"filters": 4, "kernel_size": 3, "groups": 2},
            {"inputs": [spec(8, 8, 3)]},
            "shape.mismatch",
            "groups",
        ),
        ("MaxPooling2D", {"pool_size": 9}, {"inputs": [spec(8, 8, 1)]}, "shape.mismatch", "[9, 9]"),
        ("BatchNormalization", {"axis": 3}, {"inputs": [spec(8, 8)]}, "config.invalid", "`axis` is 3"),
        ("Reshape", {"target_shape": [3, -1]}, {"inputs": [spec(8)]}, "shape.mismatch", "a multiple of 3"),
        ("Reshape", {"target_shape": [3, 3]}, {"inputs": [spec(8)]}, "shape.mismatch", "holds 9"),
        ("Activation", {"activation": "glu"}, {"inputs": [spec(7)]}, "shape.mismatch", "size 7"),
        ("Masking", {}, {"inputs": [spec(7)]}, "shape.mismatch", "(batch, time, features)"),
    ],
)
def test_a_call_that_cannot_be_is_refused_with_what_was_received(
    type_name: str, config: dict[str, object], inputs: Inputs, code: str, said: str
) -> None:
    found = problem(type_name, config, inputs)

    assert found.code == code
    assert said in found.message
    assert found.hint.endswith(".")


@pytest.mark.parametrize(
    ("type_name", "config", "said"),
    [
        ("Dense", {"units": 0}, "greater than or equal to 1"),
        ("Dense", {"units": "64"}, "valid integer"),
        ("Dense", {"units": True}, "valid integer"),
        ("Dense", {"units": 4, "activation": "relux"}, "did you mean `relu"),
        ("Dense", {"units": 4, "dtype": "float16"}, "float32"),
        ("Dropout", {"rate": 1.5}, "less than or equal to 1"),
        ("LSTM", {"units": 4, "activation": "glu"}, "glu"),
        ("Conv2D", {"filters": 4, "kernel_size": [3, 3, 3]}, "2 numbers"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, "can't both"),
        ("Conv2D", {"filters": 5, "kernel_size": 3, "groups": 2}, "not divisible"),
        ("Reshape", {"target_shape": [-1, -1]}, "only once"),
        ("Input", {"shape": [8, 0]}, "greater than or equal to 1"),
        ("TimeDistributed", {"layer": "not an id"}, "pattern"),
    ],
)
def test_a_config_that_cannot_be_is_refused(type_name: str, config: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        layer_types()[type_name].model_validate(config)


def test_keras_saved_values_are_read() -> None:
    dense = layer_types()["Dense"].model_validate(
        {
            "units": 4,
            "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}},
            "kernel_initializer": {
                "module": "keras.initializers",
                "class_name": "GlorotUniform",
                "config": {"seed": None},
                "registered_name": None,
            },
            "activation": None,
        }
    )

    assert dense == layer_types()["Dense"].model_validate({"units": 4, "dtype": "float32"})


def test_an_id_out_of_range_is_a_problem_that_names_it() -> None:
    module = CheckedEmbedding(5, 2)

    for ids, wrong in (([[0, 7]], "got id 7"), ([[-1, 2]], "got id -1")):
        with pytest.raises(ProblemError) as caught:
            module(torch.tensor(ids))
        assert caught.value.problems[0].code == "data.id_out_of_range"
        assert wrong in caught.value.problems[0].message
        assert "0 to 4" in caught.value.problems[0].message


def test_dropout_keeps_the_mean_and_does_nothing_at_inference() -> None:
    torch.manual_seed(0)
    module, x = Dropout(0.25), torch.ones(200, 500)

    dropped = module.train()(x)

    assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.01)
    assert module.eval()(x) is x


def test_dropout_with_a_noise_shape_drops_whole_features() -> None:
    torch.manual_seed(0)

    dropped = Dropout(0.5, (None, 1, None)).train()(torch.ones(4, 6, 50))

    assert torch.equal(dropped, dropped[:, :1].expand(4, 6, 50))
    assert (dropped == 0).any()


@pytest.mark.parametrize("rates", [(0.5, 0.0), (0.0, 0.5), (0.5, 0.5)])
def test_recurrent_dropout_acts_in_training_only(rates: tuple[float, float]) -> None:
    torch.manual_seed(0)
    module, x = (
        LSTM(4, 5, dropout=rates[0], recurrent_dropout=rates[1], return_sequences=True),
        torch.randn(2, 6, 4),
    )
    plain = LSTM(4, 5, return_sequences=True)
    plain.load_state_dict(module.state_dict())

    assert not torch.allclose(module.train()(x), module(x))
    torch.testing.assert_close(module.eval()(x), plain(x))


def test_the_loop_of_an_lstm_equals_torchs_kernel() -> None:
    torch.manual_seed(0)
    fast = LSTM(4, 5, return_sequences=True, return_state=True)
    slow = LSTM(4, 5, return_sequences=True, return_state=True)
    slow.load_state_dict(fast.state_dict())
    slow._is_plain = False
    x, mask = torch.randn(3, 6, 4), torch.rand(3, 6) > 0.4

    for one, other in zip(fast(x, mask=mask), slow(x, mask=mask), strict=True):
        torch.testing.assert_close(one, other)


def test_a_fully_masked_sequence_leaves_the_state_at_zero() -> None:
    x, mask = torch.randn(2, 3, 4), torch.tensor([[False] * 3, [True] * 3])

    outputs, h, c = LSTM(4, 5, return_sequences=True, return_state=True)(x, mask=mask)

    for tensor in (outputs[0], h[0], c[0]):
        assert not tensor.any()
    assert h[1].any()


def test_cosine_of_equal_vectors_is_one_and_of_a_zero_vector_zero() -> None:
    x = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], requires_grad=True)
    y = torch.tensor([[2.0, 4.0, 6.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]])

    cosine = Cosine((1, 1))([x, y])
    cosine.sum().backward()

    torch.testing.assert_close(cosine, torch.tensor([[1.0], [0.0], [0.0]]))
    assert x.grad is not None
    assert x.grad.isfinite().all()


def test_cosine_of_steps_compares_each_with_each() -> None:
    x, y = torch.randn(2, 3, 5), torch.randn(2, 4, 5)

    received = Cosine((2, 2))([x, y])

    expected = torch.nn.functional.cosine_similarity(x[:, :, None], y[:, None], dim=-1)
    torch.testing.assert_close(received, expected)


def test_a_softmax_gives_masked_entries_nothing() -> None:
    received = Softmax()(torch.randn(2, 4), mask=torch.tensor([[True, True, False, False], [False] * 4]))

    torch.testing.assert_close(received.sum(-1), torch.tensor([1.0, 0.0]))
    assert not received[0, 2:].any()


def test_channels_last_images_pass_through_convolution_and_flatten_without_a_copy() -> None:
    features = Conv2D(3, 4, (3, 3), (1, 1), "valid", (1, 1))(torch.randn(2, 8, 8, 3))

    assert features.is_contiguous()
    assert Flatten()(features).data_ptr() == features.data_ptr()


def test_axes_keep_good_names() -> None:
    def axes(type_name: str, config: dict[str, object], **inputs: TensorSpec) -> tuple[str, ...]:
        layer = layer_types()[type_name].model_validate(config)
        return layer.infer({port: [each] for port, each in inputs.items()})["output"].axes

    image = spec(8, 8, 3)
    assert axes("Conv2D", {"filters": 2, "kernel_size": 3}, inputs=image)[1:] == (
        "height",
        "width",
        "channels",
    )
    assert axes("Flatten", {}, inputs=image) == ("batch", "features")
    assert axes("GlobalAveragePooling2D", {}, inputs=image) == ("batch", "features")
    assert axes("Embedding", {"input_dim": 9, "output_dim": 2}, inputs=spec(7, dtype="int32"))[1] == "time"
    assert axes("LSTM", {"units": 2, "return_sequences": True}, sequence=spec(7, 3))[1] == "time"


def test_every_port_that_may_stay_empty_works_empty() -> None:
    made = calls.make("LSTM", {"units": 3}, {"sequence": [spec(4, 2)]})

    (output,), _ = made.call({"sequence": [torch.randn(2, 4, 2)]})

    assert output.shape == (2, 3)


def test_the_catalogue_is_described_without_torch() -> None:
    code = (
        "import sys; from layerloom.layers.catalogue import describe; describe(); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'keras', 'numpy', 'sklearn')))"
    )

    environment = {**os.environ, "PYTHONPATH": str(Path(layerloom.__file__).parents[1])}

    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
