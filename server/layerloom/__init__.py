"""Layerloom: wire a model on a canvas, train it in PyTorch, watch every output learn."""

__version__ = "0.1.0"
