"""Layers that bring their input to zero mean and unit variance."""
