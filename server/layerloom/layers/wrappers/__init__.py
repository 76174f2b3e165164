"""Layers around a layer or a model."""
