"""Layers that prepare data for those that learn."""
