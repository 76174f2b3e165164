"""Layerloom in Python: models from documents and Keras' files, trained and used here, or on a server by `Client`."""
