"""Convolutions; channels come last."""
