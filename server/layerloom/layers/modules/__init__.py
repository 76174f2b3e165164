"""The torch side of the layer types; imported in workers only, never by the API process."""
