"""Metrics: numbers to look at, gathered over an epoch and never learned from."""
