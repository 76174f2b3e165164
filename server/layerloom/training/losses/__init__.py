"""Losses with Keras' numbers: one value for each sample or time step, then one number for the batch."""
