"""What every test finds: real Keras computes on JAX, whose compiler is told not to spend long on what runs once."""

import os
import sys
from collections.abc import Iterator

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> Iterator[None]:
    """What JAX compiled for a module goes with it: over the whole suite it would grow to gigabytes."""
    yield
    jax = sys.modules.get("jax")
    if jax is not None:
        jax.clear_caches()
