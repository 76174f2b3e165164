"""Keras 3's files, read and written without Keras: nothing in a file is ever imported or executed."""
