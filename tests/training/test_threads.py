"""How many threads a step is worth, and memory that is kept."""

import platform
import subprocess
import sys

import pytest
import torch
from torch import nn

from layerloom.training.threads import WorkCount


def threads(model: nn.Module, *shape: int) -> int:
    with WorkCount() as work:
        result = model(torch.zeros(shape))
        (result[0] if isinstance(result, tuple) else result).sum().backward()
    return work.threads(available=4)


def test_small_dense_layers_are_worth_one_thread() -> None:
    assert threads(nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)), 32, 784) == 1


def test_a_recurrent_layer_over_many_steps_is_worth_all() -> None:
    assert threads(nn.LSTM(256, 64, batch_first=True), 32, 140, 256) == 4


def test_convolutions_over_images_are_worth_all() -> None:
    model = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3))

    assert threads(model, 64, 1, 28, 28) == 4


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_memory_is_kept_with_glibc() -> None:
    code = "import sys; from layerloom.training.allocator import keep_freed_memory as k; sys.exit(not k())"

    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
    )
