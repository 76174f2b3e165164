"""Optimizers with Keras' formulae and defaults. One optimizer, one file."""
