"""TimeDistributed gives the numbers of one call per step, in training too."""

import numpy as np
import torch
from torch import Tensor, nn

from layerloom.layers.modules.lstm import LSTM
from layerloom.layers.modules.merging import Concatenate
from layerloom.layers.modules.noise import Dropout
from layerloom.layers.modules.normalization import BatchNormalization
from layerloom.layers.modules.time_distributed import TimeDistributed
from layers.reference import keras


class Pair(nn.Module):
    """Two inputs, two outputs: what Keras' TimeDistributed refuses."""

    def forward(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        return first + second, first.mean(-1)


def test_batch_statistics_are_taken_and_followed_step_by_step_as_in_keras() -> None:
    x = torch.randn(4, 5, 3, generator=torch.Generator().manual_seed(0))
    module = TimeDistributed(BatchNormalization(3, momentum=0.8), fold=False).train()
    theirs = keras.layers.TimeDistributed(keras.layers.BatchNormalization(momentum=0.8))

    expected = theirs(x.numpy(), training=True)
    received = module(x)

    np.testing.assert_allclose(received.detach().numpy(), np.asarray(expected), atol=1e-5)
    for ours, mine in zip(
        (module.inner.running_mean, module.inner.running_var), theirs.layer.weights[2:], strict=True
    ):
        np.testing.assert_allclose(ours.numpy(), np.asarray(mine.value), atol=1e-6)


def test_a_folded_call_equals_a_call_for_each_step() -> None:
    x = torch.randn(4, 5, 7, 3)
    inner = nn.Linear(3, 2)

    folded = TimeDistributed(inner, fold=True).train()(x)
    stepped = TimeDistributed(inner, fold=False).train()(x)

    assert folded.shape == (4, 5, 7, 2)
    torch.testing.assert_close(folded, stepped)


def test_several_inputs_and_outputs_go_step_by_step() -> None:
    first, second = torch.randn(2, 3, 4), torch.randn(2, 3, 4)

    for module in (TimeDistributed(Pair(), fold=True), TimeDistributed(Pair(), fold=False).train()):
        total, mean = module(first, second)
        torch.testing.assert_close(total, first + second)
        torch.testing.assert_close(mean, first.mean(-1))


def test_a_merge_takes_its_list_and_an_unwired_port_stays_none() -> None:
    first, second = torch.randn(2, 3, 4), torch.randn(2, 3, 5)

    merged = TimeDistributed(Concatenate(), fold=False).train()([first, second])
    read = TimeDistributed(LSTM(4, 6), fold=True)(torch.randn(2, 3, 7, 4), None)

    torch.testing.assert_close(merged, torch.cat([first, second], -1))
    assert read.shape == (2, 3, 6)


def test_each_step_has_a_dropout_mask_of_its_own() -> None:
    torch.manual_seed(0)

    dropped = TimeDistributed(Dropout(0.5), fold=False).train()(torch.ones(1, 2, 1000))

    assert not torch.equal(dropped[:, 0], dropped[:, 1])


def test_a_mask_within_the_steps_reaches_the_inner_layer() -> None:
    x, inner = torch.randn(2, 3, 5, 4), LSTM(4, 6)
    mask = torch.rand(2, 3, 5) > 0.3
    mask[..., 0] = True

    for module in (
        TimeDistributed(inner, fold=True, takes_mask=True),
        TimeDistributed(inner, fold=False, takes_mask=True).train(),
    ):
        received = module(x, mask=mask)
        for step in range(3):
            torch.testing.assert_close(received[:, step], inner(x[:, step], mask=mask[:, step]))


def test_a_mask_over_time_alone_is_not_given_to_the_inner_layer() -> None:
    x, inner = torch.randn(2, 3, 5, 4), LSTM(4, 6)
    mask = torch.tensor([[True, False, True], [True, True, False]])

    received = TimeDistributed(inner, fold=True, takes_mask=True)(x, mask=mask)

    torch.testing.assert_close(received[:, 1], inner(x[:, 1]))


def test_the_inner_layer_is_shared_not_copied() -> None:
    inner = nn.Linear(3, 2)

    module = TimeDistributed(inner, fold=True)

    assert next(module.parameters()) is inner.weight
