"""Training: a loop that yields events, with the losses, metrics, optimizers and callbacks that it is told.

It knows no graph, process, file or socket. Everything but `loop`, `evaluation`, `state` and what only they
import works without torch.
"""
