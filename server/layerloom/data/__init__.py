"""Data sets: built in, generated and uploaded; read, previewed, encoded and bound to a model's inputs and
outputs.

No torch and no layers here; scikit-learn is imported only where a bundled set is loaded, in a worker.
"""
