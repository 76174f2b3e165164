"""Layers that arrange the same numbers anew."""
