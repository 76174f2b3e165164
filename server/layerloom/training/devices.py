"""Where a fit computes: the devices of this machine, and the choice among them."""

import torch

from layerloom.problems import ProblemError
from layerloom.training.device_names import DeviceName, absent_device


def available_devices() -> list[DeviceName]:
    """The fastest first; the CPU is always there."""
    found: list[DeviceName] = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def choose_device(wanted: str = "auto") -> torch.device:
    """The device that `fit.device` means.

    Raises:
        ProblemError: `fit.device`, where this machine has no such device.
    """
    found = available_devices()
    if wanted == "auto":
        return torch.device(found[0])
    problem = absent_device(wanted, found)
    if problem is not None:
        raise ProblemError(problem)
    return torch.device(wanted)


def exact_device(device: torch.device) -> torch.device:
    """Where sums of this device are kept in float64: there, but for MPS, which has no such type."""
    return torch.device("cpu") if device.type == "mps" else device
