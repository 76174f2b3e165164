"""AlphaDropout, SpatialDropout3D and ActivityRegularization do to the numbers what Keras does."""

import numpy as np
import pytest
import torch

from builder import ModelBuilder, document
from layerloom.graph.build import build
from layerloom.graph.check import check
from layerloom.graph.plan import plan
from layerloom.layers.base import Inputs
from layerloom.tensors import TensorSpec
from layers import calls
from layers.reference import keras


@pytest.mark.parametrize("noise_shape", [None, [None, 1, None]])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_alpha_dropout_moves_what_it_keeps_and_what_it_drops_as_keras_does(
    rate: float, noise_shape: list[int | None] | None
) -> None:
    config = {"rate": rate, "noise_shape": noise_shape}
    inputs: Inputs = {"inputs": (TensorSpec((None, 6, 2000)),)}
    made = calls.make("AlphaDropout", config, inputs)
    x = calls.tensors(inputs)["inputs"][0]

    made.module.train()
    (received,), _ = made.call({"inputs": [x]})
    expected = np.asarray(keras.layers.AlphaDropout(**config)(x.numpy(), training=True))
    made.module.eval()
    (at_inference,), _ = made.call({"inputs": [x]})

    scale, shift, dropped = _alpha(expected, x.numpy())
    is_dropped = np.isclose(received.numpy(), dropped, atol=1e-5)
    np.testing.assert_allclose(
        received.numpy(), np.where(is_dropped, dropped, x.numpy() * scale + shift), rtol=1e-4, atol=1e-4
    )
    assert abs(is_dropped.mean() - rate) < 0.03
    if noise_shape is not None:
        assert (is_dropped == is_dropped[:, :1]).all()
    assert torch.equal(at_inference, x)


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    inputs: Inputs = {"inputs": (TensorSpec((None, 100_000)),)}
    made = calls.make("AlphaDropout", {"rate": 0.3}, inputs)
    made.module.train()

    (output,), _ = made.call(calls.tensors(inputs))

    assert abs(output.mean().item()) < 0.01
    assert abs(output.var().item() - 1) < 0.02


def test_alpha_dropout_of_everything_leaves_zeros() -> None:
    inputs: Inputs = {"inputs": (TensorSpec((None, 10)),)}
    made = calls.make("AlphaDropout", {"rate": 1.0}, inputs)
    made.module.train()

    (output,), _ = made.call(calls.tensors(inputs))

    assert not output.any()


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_spatial_dropout_drops_whole_channels_of_a_volume(data_format: str) -> None:
    config = {"rate": 0.25, "data_format": data_format}
    is_first = data_format == "channels_first"
    inputs: Inputs = {"inputs": (TensorSpec((None, 400, 2, 3, 4) if is_first else (None, 2, 3, 4, 400)),)}
    made = calls.make("SpatialDropout3D", config, inputs)
    made.module.train()
    x = calls.tensors(inputs)["inputs"][0]

    (received,), _ = made.call({"inputs": [x]})
    expected = torch.tensor(
        np.array(keras.layers.SpatialDropout3D(0.25, data_format=data_format)(x.numpy(), training=True))
    )

    for output in (received, expected):
        is_kept = output.flatten(2) != 0 if is_first else output.flatten(1, 3).movedim(1, 2) != 0
        assert (is_kept == is_kept[..., :1]).all()
        assert 0.7 < is_kept.float().mean() < 0.8
        torch.testing.assert_close(output, torch.where(output != 0, x / 0.75, 0.0))


@pytest.mark.parametrize("config", [{"l1": 0.1}, {"l2": 0.3}, {"l1": 0.1, "l2": 0.2}, {}])
def test_the_penalty_on_what_flows_through_is_that_of_keras(config: dict[str, float]) -> None:
    main = (
        ModelBuilder()
        .input("x", [3, 4])
        .call("penalized", "ActivityRegularization", "x", **config)
        .output("y", "penalized")
    )
    model = build(plan(check(document(main)).inferred), seed=1).train()
    x = torch.randn(5, 3, 4)
    layer = keras.layers.ActivityRegularization(**config)

    (output,) = model(x)
    penalty = model.regularization()
    layer(x.numpy())

    assert torch.equal(output, x)
    received = 0.0 if penalty is None else penalty.item()
    np.testing.assert_allclose(received, float(sum(layer.losses)), rtol=1e-5)


def _alpha(output: np.ndarray, x: np.ndarray) -> tuple[float, float, float]:
    """Scale, shift and the value of what is dropped, read off Keras' own output."""
    values, counts = np.unique(output, return_counts=True)
    dropped = float(values[counts.argmax()])
    is_kept = ~np.isclose(output, dropped, atol=1e-6)
    scale, shift = np.polyfit(x[is_kept].astype(np.float64), output[is_kept].astype(np.float64), 1)
    return float(scale), float(shift), dropped
