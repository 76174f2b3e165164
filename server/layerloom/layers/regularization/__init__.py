"""Layers that disturb training so that the model generalises; they do nothing at inference."""
