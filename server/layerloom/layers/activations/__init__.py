"""Activations as layers of their own, with their settings."""
