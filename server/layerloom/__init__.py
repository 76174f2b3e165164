"""Layerloom: wire a model on a canvas, train it in PyTorch, watch every output learn.

In Python: `layerloom.load("model.keras")` gives a `Model` with `predict`, `fit`, `evaluate` and `save`;
`layerloom.Client(url, token)` speaks with a server. Torch is imported when one of them is asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layerloom.library.client import Client, Run
    from layerloom.library.history import History
    from layerloom.library.loading import load
    from layerloom.library.model import Model
    from layerloom.problems import Problem, ProblemError

__version__ = "0.1.0"
__all__ = ["Client", "History", "Model", "Problem", "ProblemError", "Run", "load"]

_PLACES = {
    "Client": "layerloom.library.client",
    "Run": "layerloom.library.client",
    "History": "layerloom.library.history",
    "load": "layerloom.library.loading",
    "Model": "layerloom.library.model",
    "Problem": "layerloom.problems",
    "ProblemError": "layerloom.problems",
}


def __getattr__(name: str) -> Any:  # Any: one of the names above
    if name not in _PLACES:
        raise AttributeError(f"module 'layerloom' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_PLACES]
