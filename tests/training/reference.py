"""Real Keras, on its JAX backend, for the tests of this folder. Import it before anything else imports Keras."""

import os

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
keras = pytest.importorskip("keras")
