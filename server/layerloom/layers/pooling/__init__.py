"""Layers that take a window, or everything, down to one value; channels come last unless told otherwise."""
