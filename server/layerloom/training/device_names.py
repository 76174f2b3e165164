"""The names of devices, and what is wrong with one that is not there. No torch."""

from collections.abc import Sequence
from typing import Literal

from layerloom.problems import Problem

DeviceName = Literal["cpu", "cuda", "mps"]


def absent_device(wanted: str, found: Sequence[str]) -> Problem | None:
    """What is wrong with `fit.device` where only these devices are there."""
    if wanted == "auto" or wanted in found:
        return None
    return Problem(
        code="fit.device",
        message=f"`fit.device` is `{wanted}`; this machine has {', '.join(f'`{name}`' for name in found)}.",
        hint="Choose one of those, or `auto`, which takes the fastest that there is.",
        field="training.fit.device",
    )
