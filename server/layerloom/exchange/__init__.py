"""Models in and out of other formats: Keras' files, Keras' and PyTorch's source. Knows no server and no run."""
