"""Encoders: how the values of columns become numbers for a model. One encoder, one file; no torch."""
