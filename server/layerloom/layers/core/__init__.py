"""Ends of a model, and the layers that everything else is made of."""
