"""Writes docs/keras.md: everything that Keras has for functional models, and what of it is here. Needs Keras."""

import inspect
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

os.environ.setdefault("KERAS_BACKEND", "jax")
REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "keras.md"
sys.path.insert(0, str(REPOSITORY / "server"))

import keras  # noqa: E402
from keras.src.ops.operation import Operation  # noqa: E402

from layerloom.choices import named  # noqa: E402
from layerloom.exchange.keras.operation_table import REASONS, TABLE  # noqa: E402
from layerloom.layers.catalogue import layer_types  # noqa: E402
from layerloom.layers.fields.constraint import CONSTRAINTS  # noqa: E402
from layerloom.layers.fields.initializer import INITIALIZERS  # noqa: E402
from layerloom.layers.fields.regularizer import REGULARIZERS  # noqa: E402
from layerloom.layers.unsupported import UNSUPPORTED  # noqa: E402
from layerloom.training.callbacks.base import callbacks  # noqa: E402
from layerloom.training.losses.base import losses  # noqa: E402
from layerloom.training.metrics.base import metrics  # noqa: E402
from layerloom.training.optimizers.base import optimizers  # noqa: E402
from layerloom.training.schedules.base import schedules  # noqa: E402

HEAD = """# Keras, and what of it is here

Every layer, operation, loss, metric and optimizer of Keras {version}, and whether Layerloom has it; where not, why not.
What is here gives Keras' numbers (tests compare with real Keras), reads Keras' files and writes them.

Made by `scripts/keras_table.py`; a test keeps it true.
"""

BASES = frozenset(
    {"Layer", "Wrapper", "Loss", "Metric", "MeanMetricWrapper", "Optimizer", "LearningRateSchedule", "Callback",
     "CallbackList", "Initializer", "Regularizer", "Constraint"}
)  # fmt: skip
"""Base classes: nothing that a file could name."""

OTHER_REASONS: Mapping[str, str] = {
    "Mean": "it has no target; in Keras too it is for loops of your own",
    "Sum": "it has no target; in Keras too it is for loops of your own",
    "LossScaleOptimizer": "for float16, which is not supported; `loss_scale_factor` of each optimizer is",
    "MultiOptimizer": "one optimizer learns the whole model here",
    "OptimizerMap": "one optimizer learns the whole model here",
    "STFT": "its weights are complex numbers",
    "BackupAndRestore": "every run is checkpointed, and resumes, by itself",
    "CSVLogger": "the journal and `GET /api/runs/{id}/history` have every number",
    "History": "every run has one: `GET /api/runs/{id}/history`",
    "LambdaCallback": "it holds Python code",
    "OrbaxCheckpoint": "checkpoints are written by the server, in safetensors",
    "ProgbarLogger": "the page and the command line show progress",
    "RemoteMonitor": "the websocket `/api/runs/{id}/events` sends every event",
    "TensorBoard": "the page shows the curves; events can be read over REST",
}


def text() -> str:
    """The page."""
    parts = [HEAD.format(version=keras.__version__), *layers_part(), *operations_part()]
    training = [
        ("Losses", keras.losses, losses(), keras.losses.Loss),
        ("Metrics", keras.metrics, metrics(), keras.metrics.Metric),
        ("Optimizers", keras.optimizers, optimizers(), object),
        ("Learning rate schedules", keras.optimizers.schedules, schedules(), object),
        ("Callbacks", keras.callbacks, callbacks(), object),
        ("Initializers", keras.initializers, INITIALIZERS.types, keras.initializers.Initializer),
        ("Regularizers", keras.regularizers, REGULARIZERS.types, keras.regularizers.Regularizer),
        ("Constraints", keras.constraints, CONSTRAINTS.types, keras.constraints.Constraint),
    ]
    for title, module, ours, base in training:
        parts.append(f"\n## {title}\n\n| Keras | here |\n| --- | --- |\n")
        parts += [
            f"| `{name}` | {'yes' if is_here(name, ours) else reason(name)} |\n"
            for name in classes(module, base)
        ]
    return "".join(parts)


def layers_part() -> Iterable[str]:
    """Each layer class once, with the other names that Keras has for it."""
    by_keras_name = {each.keras_name or name: name for name, each in layer_types().items()}
    aliases: dict[str, list[str]] = {}
    for alias, kind in inspect.getmembers(keras.layers, inspect.isclass):
        aliases.setdefault(kind.__name__, []).append(alias)
    yield "\n## Layers\n\n| Keras | also called | here |\n| --- | --- | --- |\n"
    for name in classes(keras.layers, keras.layers.Layer):
        others = ", ".join(f"`{each}`" for each in sorted(aliases[name]) if each != name)
        ours = next((by_keras_name[each] for each in (name, *aliases[name]) if each in by_keras_name), None)
        said = reason(name) if ours is None else "yes" if ours == name else f"yes, as `{ours}`"
        yield f"| `{name}` | {others} | {said} |\n"
    more = sorted(name for name, each in layer_types().items() if each.keras_name == "")
    listed = ", ".join(f"`{name}`" for name in more if layer_types()[name].category != "operations")
    yield f"\nAnd what Keras does not have: {listed}.\n"


def operations_part() -> Iterable[str]:
    """Each operation of `keras.ops` that can stand in a functional model."""
    yield "\n## Operations\n\nWhat `x * 2`, `x[:, 0]` and `keras.ops.…` leave in a functional model.\n"
    yield "\n| Keras | here |\n| --- | --- |\n"
    rows = {}
    for (module, name), entry in TABLE.items():
        shown = f"`{entry.type}`" + (f", `{entry.function}`" if entry.function else "")
        rows[f"{module.rpartition('.')[2]}.{name}"] = f"yes: {shown}"
    for module, name in operations():
        key = f"{module.rpartition('.')[2]}.{name}"
        rows.setdefault(key, f"no: {REASONS.get(name, REASONS.get(key, '?'))}")
    yield from (f"| `{name}` | {said} |\n" for name, said in sorted(rows.items()))


def operations() -> Iterable[tuple[str, str]]:
    """Module and class of every operation of Keras."""
    waiting, seen = [Operation], set()
    while waiting:
        kind = waiting.pop()
        for child in kind.__subclasses__():
            if child in seen or not child.__module__.startswith("keras.src.ops."):
                continue
            seen.add(child)
            waiting.append(child)
            if not child.__name__.startswith("_") and child.__module__ != "keras.src.ops.function":
                yield child.__module__, child.__name__


def classes(module: ModuleType, base: type) -> list[str]:
    """Names of the classes that a file can name."""
    found = {
        kind.__name__ for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, base)
    }
    return sorted(found - BASES)


def is_here(name: str, ours: Mapping[str, type]) -> bool:
    """Whether one of ours bears the name, in any of its spellings."""
    return name in ours or (
        any(hasattr(each, "type_name") for each in ours.values()) and named(ours, name) is not None
    )


def reason(name: str) -> str:
    """Why there is no such thing here."""
    return f"no: {UNSUPPORTED.get(name, OTHER_REASONS.get(name, '?'))}"


if __name__ == "__main__":
    PAGE.write_text(text())
